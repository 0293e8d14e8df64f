"""The cells of one column: many at once where that is possible, else one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.sheets.contents import AS_TEXT, TEXT, Content, content_of
from app.sheets.table import Column
from app.sheets.write.many import Alike, many_of
from app.sheets.write.spelled import AROUND, Spelled, spelled
from app.sheets.write.stored import value_of
from app.sheets.write.styles import Style, Styles

EXACT = Style(AS_TEXT, is_quoted=True)  # of a number that is a text, as `style_of` has it
TEXTS = frozenset({"text", "enum", "json", "binary"})


class BadValue(Exception):
    """A value that no cell can hold: its place among those given, and why, for "the value ..."."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place, self.reason = place, reason


class ColumnWriter:
    """Spells the values of a column.

    Attributes:
        empty: how many were texts without a character; in a workbook they are blank cells.
        as_text: how many are written as texts although the column does not hold texts: what no number cell would give
            back.
    """

    def __init__(self, column: Column | None, styles: Styles) -> None:
        """Spell for a column of a table; None: whatever comes, by its own type."""
        self.empty = self.as_text = 0
        self._styles = styles
        self._value, self._many = value_of(column), many_of(column)
        self._counts_texts = column is not None and column.kind not in TEXTS

    def content(self, value: object) -> Content | None:
        """Return what stands in the cell of one value.

        Raises:
            ValueError: no cell can hold it.
        """
        return None if value is None else content_of(self._value(value))

    def spelled(self, values: Sequence[Any]) -> Spelled:
        """Return the cells of some values, many at once if they allow it.

        Raises:
            BadValue: no cell can hold one of them.
        """
        filled = [value for value in values if value is not None] if None in values else values
        alike = self._many(filled) if filled else None
        if alike is None:
            return self._one_by_one(values) if filled else Spelled("", values, "")
        found = self._mixed(alike) if alike.as_text else self._alike(alike)
        if filled is values:
            return found
        rest = iter(found.texts)
        return found._replace(texts=[None if value is None else next(rest) for value in values])

    def _alike(self, alike: Alike) -> Spelled:
        before, after = AROUND[alike.kind]
        return Spelled(self._styles.attribute(Style(alike.format)) + before, alike.texts, after)

    def _mixed(self, alike: Alike) -> Spelled:
        before, _, after = self._alike(alike)
        before_text, after_text = self._styles.attribute(EXACT) + AROUND[TEXT][0], AROUND[TEXT][1]
        self.as_text += len(alike.as_text) - alike.as_text.count(None)
        texts = [
            f"{before}{text}{after}" if exact is None else f"{before_text}{exact}{after_text}"
            for text, exact in zip(alike.texts, alike.as_text, strict=True)
        ]
        return Spelled("", texts, "")

    def _one_by_one(self, values: Sequence[Any]) -> Spelled:
        texts: list[str | None] = []
        for place, value in enumerate(values):
            try:
                content = self.content(value)
            except ValueError as error:
                raise BadValue(place, str(error)) from None
            texts.append(content and spelled(content, self._styles))
            self.empty += content is None and value is not None
            self.as_text += content is not None and content.kind == TEXT and self._counts_texts
        return Spelled("", texts, "")
