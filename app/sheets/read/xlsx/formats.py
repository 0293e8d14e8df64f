"""Number formats: which of them make a number into a date, a time, a duration or padded digits (ECMA-376 18.8.30)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.sheets.cells import Cell, Padded
from app.sheets.read.xlsx.serials import DateShape, Shape, duration

# The built-in formats that are dates and times, as (date, time) parts; 27 to 36 and 50 to 58 are those of Chinese,
# Japanese and Korean Excel, in which 32 to 35 and 55 to 56 show times in some languages and dates in others.
BUILT_IN: dict[int, str] = {
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy/m/d"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
}
LONGEST_CODE = 255  # Excel takes no longer ones
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.')
_BRACKETS = re.compile(r"\[[^\]]*\]")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_AM_PM = re.compile(r"am/pm|a/p|上午/下午", re.IGNORECASE)
_GENERAL = re.compile(r"general", re.IGNORECASE)
# Zeros, behind a colour or a language, before blanks as wide as another character.
_ZEROS = re.compile(r"(?:\[[^<>=\]]*\])*(0{2,})(?:_.)*")
_DATE_PARTS = ("y", "m", "d", "aaa")  # aaa and aaaa are days of the week in Chinese and Japanese
# m is a month unless it stands beside h or s.
_MINUTES = re.compile(r"(?<!h)h++[^a-z]*+m++|(?<!m)m++[^a-z]*+s++")


def shape_of(code: str, is_1904: bool) -> Shape | None:
    """Return what makes a number shown by the format `code` into its value; None where it stays a number."""
    if len(code) > LONGEST_CODE:
        return None
    zeros = _ZEROS.fullmatch(code.split(";")[0])
    if zeros:
        return Padding(len(zeros[1]))
    bare = _NOT_CODE.sub("", code).split(";")[0]
    if _ELAPSED.search(bare):
        return duration
    letters = _GENERAL.sub("", _BRACKETS.sub("", bare))
    has_am_pm = _AM_PM.search(letters) is not None
    letters = _AM_PM.sub("", letters).lower()
    has_time = has_am_pm or "h" in letters or "s" in letters
    without_minutes = _MINUTES.sub("", letters)
    has_date = any(part in without_minutes for part in _DATE_PARTS) or (
        not has_time and "e" in letters and "年" in code
    )
    return DateShape(is_1904, has_date, has_time) if has_date or has_time else None


@dataclass(frozen=True)
class Padding:
    """Shows whole numbers with zeros in front, `width` digits in all."""

    width: int

    def __call__(self, value: float, _text: str) -> Cell:
        """Return the number with its digits as shown, where there are zeros in front."""
        if not isinstance(value, int) or value < 0 or len(str(value)) >= self.width:
            return value
        return Padded(value, f"{value:0{self.width}d}")
