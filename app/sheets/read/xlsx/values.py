"""What a cell of an xlsx is worth, by its style, its type and the text in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from app.sheets.cells import Cell, Unusable
from app.sheets.problems import DamagedFile
from app.sheets.read.xlsx.styles import NumberReader
from app.sheets.read.xlsx.texts import unescaped

UNCALCULATED = Unusable("holds a formula that was never calculated; open and save the file in Excel")
NAMELESS_ERROR = Unusable("shows an error")
MISSING_TEXT = Unusable("refers to a text that is missing in the file")
_TEXTS = ("s", "str")
_INDEX = re.compile(r"[0-9]{1,10}")
_ISO = re.compile(r"(?:\d{4}-\d\d-\d\d)?(?:(?:^|(?<=\d)T)\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?", re.ASCII)


class CellValues:
    """The values of a workbook's cells.

    Attributes:
        strings: the shared ones, None where one is blank.
        readers: what reads numbers, by the number of their style.
        numbers: the same by the cells' `s` attribute.
    """

    def __init__(self, strings: list[Cell], readers: Sequence[NumberReader]) -> None:
        """Read with the workbook's shared strings, None where one is blank, and number formats."""
        self.strings = strings
        self.readers = readers
        self.numbers = _Styles(readers)

    def of(self, style: str, kind: str, text: str) -> Cell:
        """Return the value of a cell with a text in its `<v>`; None where that is blank.

        Args:
            style: the cell's `s` attribute, "" without one.
            kind: its `t` attribute, "n" without one.
            text: not empty.
        """
        if kind == "s":
            return self._shared(text)
        return self.numbers[style][text] if kind == "n" else _KINDS.get(kind, _unknown)(text)

    def shared_many(self, texts: Sequence[str]) -> list[Cell]:
        """Return the shared strings that texts of ASCII digits refer to."""
        try:
            return list(map(self.strings.__getitem__, map(int, texts)))
        except IndexError:
            return [self._shared(text) for text in texts]

    def _shared(self, text: str) -> Cell:
        try:
            return self.strings[int(text) if text.isdigit() else index_of(text.strip())]
        except (IndexError, ValueError, DamagedFile):
            return MISSING_TEXT


def without_value(kind: str, has_formula: bool, has_value: bool) -> Cell:
    """Return what a cell is that has no text: blank, or a formula without a result; "" is the result of some.

    Args:
        has_value: there is a `<v>`, which is empty or leads to an empty text.
    """
    if kind == "e":
        return NAMELESS_ERROR
    return UNCALCULATED if has_formula and not (kind in _TEXTS and has_value) else None


def index_of(text: str, what: str = "") -> int:
    """Return a number that counts something, written in ASCII digits; Python would take others, and `1_0`.

    Raises:
        DamagedFile: it is none; the message begins with `what`.
    """
    if not _INDEX.fullmatch(text):
        raise DamagedFile(f'{what} "{text[:20]}", which is none.')
    return int(text)


class _Styles(dict[str, NumberReader]):
    """The readers of numbers by the cells' `s` attribute; the first one stands in for a style that is not there."""

    def __init__(self, readers: Sequence[NumberReader]) -> None:
        super().__init__((str(number), reader) for number, reader in enumerate(readers))
        self[""] = self["0"]

    def __missing__(self, style: str) -> NumberReader:
        return self.get(str(index_of(style, "A cell has the style")), self["0"])


def _boolean(text: str) -> Cell:
    return _BOOLEANS.get(text.strip().lower(), Unusable(f'holds "{text[:40]}", which is not TRUE or FALSE'))


def _error(text: str) -> Cell:
    return Unusable(f"shows {text.strip()[:40]}") if text.strip() else None


def _iso(text: str) -> Cell:
    plain = text.strip().removesuffix("Z")
    if _ISO.fullmatch(plain):
        for parse in (date.fromisoformat, datetime.fromisoformat, time.fromisoformat):
            try:
                return parse(plain)
            except ValueError:
                continue
    return Unusable(f'holds "{text[:40]}", which is not a date') if plain else None


def _unknown(text: str) -> Cell:
    return Unusable(f'is of an unknown kind and holds "{text[:40]}"')


_BOOLEANS = {"": None, "1": True, "true": True, "0": False, "false": False}
# t="…" of a cell (ECMA-376 part 1, 18.18.11), beside n and s.
_KINDS = {
    "str": lambda text: unescaped(text) or None,
    "inlineStr": lambda text: unescaped(text) or None,
    "b": _boolean,
    "e": _error,
    "d": _iso,
}
