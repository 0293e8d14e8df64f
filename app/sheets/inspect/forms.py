"""How the form of a cell changes on its way into a column, where it is not stored as it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from app.sheets.cells import Imprecise, Padded
from app.sheets.convert.numbers import plain_number_text, plain_text
from app.sheets.convert.rules import Rules

# Every change of form, and what it is called in a report.
CHANGES = {
    "number_to_text": "numbers, stored as their digits",
    "padded_to_text": "numbers shown with zeros, stored as shown",
    "boolean_to_text": "booleans, stored as TRUE and FALSE",
    "date_to_text": "dates, stored as ISO text",
    "time_to_text": "times, stored as ISO text",
    "duration_to_text": "durations, stored as hours and minutes",
    "zeros_dropped": "numbers shown with zeros, stored without them",
    "digits_unsure": "numbers beyond 15 digits, whose last ones Excel does not keep",
    "rounded": "numbers, rounded",
    "text_to_number": "texts, read as numbers",
    "full_width_to_number": "full-width digits, read as numbers",
    "thousands_to_number": "texts with thousands separators, read as numbers",
    "text_to_boolean": "texts, read as TRUE or FALSE",
    "text_to_date": "texts, read as dates",
    "time_dropped": "dates with the time 00:00, stored without it",
    "time_added": "dates without a time, stored with 00:00",
    "text_to_time": "texts, read as times",
    "duration_to_time": "durations, stored as times of day",
    "base64_to_bytes": "base64 texts, stored as the bytes that they spell",
    "null_text": "texts that count as blank by --null",
}
NULL_TEXT, ROUNDED = "null_text", "rounded"

# Names the change of a cell's form, a key of `CHANGES`, by the cell and the rules.
Form = Callable[[Any, Rules], str]


def _number_text(text: str, rules: Rules) -> str:
    plain = plain_text(text)
    if plain_number_text(text, rules) != plain:
        return "thousands_to_number"
    return "text_to_number" if plain == text.strip() else "full_width_to_number"


def _always(change: str) -> Form:
    return lambda _cell, _rules: change


_NUMBER_TO_TEXT = {
    int: _always("number_to_text"),
    Padded: _always("padded_to_text"),
    bool: _always("boolean_to_text"),
}
_TO_NUMBER = {Padded: _always("zeros_dropped"), str: _number_text}
# By the kind of the column and the type of the cell; what is not here is stored as it stands.
FORMS: dict[str, dict[type, Form]] = {
    "text": {
        **_NUMBER_TO_TEXT,
        float: _always("number_to_text"),
        date: _always("date_to_text"),
        datetime: _always("date_to_text"),
        time: _always("time_to_text"),
        timedelta: _always("duration_to_text"),
    },
    "integer": _TO_NUMBER,
    "decimal": _TO_NUMBER,
    "float": {**_TO_NUMBER, Imprecise: _always("digits_unsure")},
    "boolean": {Padded: _always("zeros_dropped"), str: _always("text_to_boolean")},
    "date": {datetime: _always("time_dropped"), str: _always("text_to_date")},
    "datetime": {date: _always("time_added"), str: _always("text_to_date")},
    "time": {timedelta: _always("duration_to_time"), str: _always("text_to_time")},
    "enum": _NUMBER_TO_TEXT,
    "json": {},
    "binary": {str: _always("base64_to_bytes")},
}
