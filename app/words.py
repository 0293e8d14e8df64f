"""Words for people: numbers of things, and what others wrote made fit for a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence

# What a terminal obeys instead of showing it, or cannot show: C0 and C1 controls, halves of surrogate pairs, and what
# turns the direction of the text after it (Unicode Standard Annex #9, 2).
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LISTED = 3
_QUOTED = re.compile(r"(['\"])(?:(?!\1).)*\1")
_LINE_BREAK = re.compile(r"\r\n|[\n\x85\u2028\u2029]")


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts: `1 row`, `48,210 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(names: Sequence[str]) -> str:
    """Return names as a title has room for them: the first three, and how many more there are."""
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more:,} more" if more > 0 else "")


def plain(text: str) -> str:
    """Return a text of unknown origin as it can be printed: on one line, ⏎ for a line break, � for a control."""
    return text if text.isprintable() else UNSEEN.sub("�", _LINE_BREAK.sub("⏎", text))


def without_values(text: str) -> str:
    """Return what a database said without what it quotes: `Duplicate entry '…' for key '…'`."""
    return _QUOTED.sub(lambda match: f"{match[1]}…{match[1]}", text)


def plain_lines(text: str) -> str:
    """Return a text with line breaks of our own as it can be printed: they stay, each line is made plain."""
    return "\n".join(map(plain, text.split("\n")))
