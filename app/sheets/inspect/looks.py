"""What a text looks like: a number or a date that somebody typed as text, or one with blanks that nobody sees."""

from __future__ import annotations

import re

from app.sheets.convert.bad_cell import BadCell
from app.sheets.convert.dates import OTHER_ORDER, TWO_DATES, parsed
from app.sheets.convert.numbers import plain_text
from app.sheets.convert.rules import STRICT

NUMBER, DATE, UNCLEAR_DATE = "number", "date", "unclear_date"
BLANKS_AROUND, ONLY_BLANKS = "blanks_around", "only_blanks"
LOOKS = (NUMBER, DATE, UNCLEAR_DATE, BLANKS_AROUND, ONLY_BLANKS)
LONGEST = 40  # characters of a text that may be a number or a date
_STARTS = frozenset("0123456789+-.０１２３４５６７８９＋－．")
# What would be the same number: no zeros in front, no more digits than Excel keeps.
_NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]{0,14}|[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,15})?|\.[0-9]{1,15})"
)
_MAY_BE_DATE = re.compile(r"[0-9]{1,4}[-/.年][0-9]")


def looks_of(text: str) -> list[str]:
    """Return what a text looks like, of `LOOKS`; most look like none of them."""
    stripped = text.strip()
    found = [] if stripped == text else [BLANKS_AROUND if stripped else ONLY_BLANKS]
    if stripped[:1] in _STARTS and len(stripped) <= LONGEST:
        found += _value_of(plain_text(stripped))
    return found


def _value_of(plain: str) -> list[str]:
    if _NUMBER.fullmatch(plain):
        return [NUMBER]
    if not _MAY_BE_DATE.match(plain):
        return []
    try:
        parsed(plain, STRICT)
    except BadCell as error:
        return [UNCLEAR_DATE] if error.cause in (TWO_DATES, OTHER_ORDER) else []
    return [DATE]
