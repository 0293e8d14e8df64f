"""The pattern of a sheet's regular rows, compiled from the shape of its own rows.

Programs write sheets row by row in one spelling, and a column mostly holds cells of one or two kinds. So one regular
expression can take a whole row with the texts of all its cells. It is made from rows of the sheet itself: every kind
of cell that a column was seen to have gets a group, and any cell may be missing. Every repetition is possessive: a
row that does not fit fails at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from app.sheets.cells import Cell, column_index, column_letters
from app.sheets.read.xlsx.bulk import plain_texts
from app.sheets.read.xlsx.styles import NumberReader
from app.sheets.read.xlsx.values import CellValues

SAMPLE_ROWS = 100
MOST_KINDS = 1_000  # in all columns of a pattern; what is beyond is left to the exact path
MOST_PATTERNS = 20  # compiled for one sheet; what is still new then is left to the exact path
# Nothing reads a formula; but most of what no XML parser takes is not to be passed over.
_FORMULA = (
    r'(?:<{p}f(?: [A-Za-z0-9:]++="[^"<&]*+")*+(?:/>|>'
    r"[^<&\x00-\x08\x0b-\x1f]*+(?:&(?:amp|lt|gt|quot|apos);[^<&\x00-\x08\x0b-\x1f]*+)*+</{p}f>))?+"
)
_VALUE = r">{f}<{p}v>({value})</{p}v></{p}c>"
_IN_LINE = r"><{p}is><{p}t(?: xml:space=\"preserve\")?+>({value})</{p}t></{p}is></{p}c>"
_ANY_STYLE = r'(?: s="[0-9]{1,9}+")?+'
_NUMBERS = ("", "n")  # no type is n, too
BLANK = "/"  # our own, for cells without a value
# What regular cells of a type (ECMA-376 part 1, 18.18.11) are spelled like: around the value, and the value itself.
_SPELLINGS: dict[str, tuple[str, str]] = {
    "": (_VALUE, "[-+0-9.eE]++"),
    "n": (_VALUE, "[-+0-9.eE]++"),
    "s": (_VALUE, "[0-9]{1,9}+"),
    "b": (_VALUE, "[01]"),
    "e": (_VALUE, "#[A-Z0-9/!?_]++"),
    "d": (_VALUE, "[-0-9:.TZ]++"),
    "str": (_VALUE, "[^<]++"),
    "inlineStr": (_IN_LINE, "[^<]++"),
    BLANK: ("/>", ""),
}


class Kind(NamedTuple):
    """A kind of cells: their type as it is spelled, and for numbers what reads them."""

    type: str
    reader: NumberReader | None


class Group(NamedTuple):
    """A group of the pattern: the column whose cells it takes, and what makes their texts into values."""

    column: int
    read: Callable[[Sequence[str]], Sequence[Cell]]


class RowPattern:
    """The pattern of one sheet's rows.

    It has these groups: the row's number, its other attributes, then one for each of `groups`.

    Attributes:
        compiled: the pattern; it fits no row before the first `learn`.
        groups: what its last groups are.
        others: a pattern of rows of any make, one after the other.
    """

    def __init__(self, values: CellValues, prefix: str) -> None:
        """Start without a column.

        Args:
            values: what cells are worth in this workbook.
            prefix: of the spreadsheet's elements, "x:" or none.
        """
        self._values = values
        self._prefix = prefix
        self._has_formulas = False
        self._styles: dict[int, dict[Kind, set[str]]] = {}
        self._patterns = 0
        self._kinds = 0
        self._cell = re.compile(
            rf'<{prefix}c r="([A-Z]{{1,3}})[0-9]++"(?: s="([0-9]{{1,9}})")?(?: t="([A-Za-z]++)")?'
            rf"(/?)>(<{prefix}f[ />])?"
        )
        self._read_text: dict[str, Callable[[Sequence[str]], Sequence[Cell]]] = {
            "s": values.shared_many,
            "b": lambda texts: [text == "1" for text in texts],
            "str": plain_texts,
            "inlineStr": plain_texts,
        }
        other = rf"<{prefix}row(?: [^<>]*/>|[ >].*?</{prefix}row>)"
        self.others = re.compile(rf"(?:[ \t\r\n]*+{other})*+[ \t\r\n]*+", re.DOTALL)
        self._compile()

    def learn(self, rows: Iterable[str]) -> bool:
        """Make the pattern fit rows like these too, as far as they are regular; tell whether it has changed."""
        if self._patterns == MOST_PATTERNS:
            return False
        found = {cell for row in rows for cell in self._cell.findall(row)}
        is_new = False
        for letters, style, type_, slash, formula in found:
            is_new |= self._add(letters, style, slash or type_)
            is_new |= bool(formula) and not self._has_formulas
            self._has_formulas |= bool(formula)
        if is_new:
            self._compile()
        return is_new

    def _add(self, letters: str, style: str, type_: str) -> bool:
        """Take note of a kind of cells; tell whether it is new."""
        try:
            column = column_index(letters)
        except ValueError:
            return False
        if type_ not in _SPELLINGS:
            return False
        kind = Kind(type_, self._values.numbers[style] if type_ in _NUMBERS else None)
        kinds = self._styles.setdefault(column, {})
        if kind not in kinds:
            if self._kinds == MOST_KINDS:
                return False
            self._kinds += 1
        styles = kinds.setdefault(kind, set())
        before = _styled(kind, styles)
        styles.add(style)
        return _styled(kind, styles) != before

    def _compile(self) -> None:
        self._patterns += 1
        self.groups = [
            Group(column, self._reading(kind))
            for column in sorted(self._styles)
            for kind in self._styles[column]
            if kind.type != BLANK
        ]
        p = self._prefix
        cells = "".join(
            rf'(?:<{p}c r="{column_letters(column)}\1"(?:{"|".join(self._spelled(self._styles[column]))}))?+'
            for column in sorted(self._styles)
        )
        self.compiled = re.compile(
            rf'<{p}row r="([1-9][0-9]{{0,6}}+)"([^<>/]*+)(?:>{cells}</{p}row>|/>)', re.DOTALL | re.ASCII
        )

    def _reading(self, kind: Kind) -> Callable[[Sequence[str]], Sequence[Cell]]:
        if kind.reader is not None:
            return kind.reader.many
        values = self._values
        return self._read_text.get(kind.type) or (lambda texts: [values.of("", kind.type, text) for text in texts])

    def _spelled(self, kinds: Mapping[Kind, set[str]]) -> list[str]:
        formula = _FORMULA.format(p=self._prefix) if self._has_formulas else ""
        spelled = []
        for kind, styles in kinds.items():
            around, value = _SPELLINGS[kind.type]
            type_ = f' t="{kind.type}"' if kind.type not in ("", BLANK) else ""
            spelled.append(
                (_styled(kind, styles) or "") + type_ + around.format(p=self._prefix, f=formula, value=value)
            )
        return spelled


def _styled(kind: Kind, styles: set[str]) -> str | None:
    """Return the pattern of the styles of a kind; "" is that of none. Those of numbers tell what reads them."""
    named = "|".join(sorted(styles - {""}))
    if not named:
        return "" if styles else None
    if kind.reader is None:
        return _ANY_STYLE
    return f'(?: s="(?:{named})")' + "?+" * ("" in styles)
