"""Rows of a sheet that have the same key: both are named, before the database is touched."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from operator import lt
from typing import Any

from app.sheets.cells import column_letters
from app.sheets.convert.texts import shown
from app.sheets.frames import Reject
from app.sheets.plan import Plan


class SeenKeys:
    """The values of one unique key met so far, with the row where each was met.

    Whole numbers that ascend, as most sheets have them, are only kept, and not looked up before one does not.
    """

    def __init__(self, plan: Plan, name: str, indexes: Sequence[int]) -> None:
        """Watch the key `name`, whose columns have these indexes in the plan."""
        self._plan = plan
        self._name = name
        self._indexes = indexes
        self._rows: dict[Any, int] = {}
        self._ascending: list[tuple[list[Any], array[int]]] = []

    def duplicates(
        self, numbers: array[int], columns: Sequence[list[Any]] | Mapping[int, list[Any]]
    ) -> list[tuple[int, Reject]]:
        """Return the rows of a batch whose key was met before, by their place; one with a blank in it equals no other.

        Args:
            numbers: of the rows in Excel.
            columns: the stored values of the plan's columns by their index, at least of those of the key.
        """
        if len(self._indexes) == 1:
            keys = columns[self._indexes[0]]
            if self._ascends(keys):
                self._ascending.append((keys, numbers))
                return []
            is_blank = [key is None for key in keys] if None in keys else ()
        else:
            parts = [columns[index] for index in self._indexes]
            keys = list(zip(*parts, strict=True))
            is_blank = [None in key for key in keys] if any(None in part for part in parts) else ()
        self._look_up()
        return self._known(keys, numbers, is_blank)

    def _ascends(self, keys: list[Any]) -> bool:
        if self._rows or not keys or set(map(type, keys)) != {int} or not all(map(lt, keys, keys[1:])):
            return False
        return not self._ascending or self._ascending[-1][0][-1] < keys[0]

    def _look_up(self) -> None:
        """Take the keys that were only kept."""
        for keys, numbers in self._ascending:
            self._rows.update(zip(keys, numbers, strict=True))
        self._ascending.clear()

    def _known(self, keys: list[Any], numbers: array[int], is_blank: Sequence[bool]) -> list[tuple[int, Reject]]:
        rows = self._rows
        new = {} if is_blank else dict(zip(keys, numbers, strict=True))
        if len(new) == len(keys) and rows.keys().isdisjoint(new):
            rows.update(new)
            return []
        found = []
        for place, key in enumerate(keys):
            if is_blank and is_blank[place]:
                continue
            first = rows.setdefault(key, numbers[place])
            if first != numbers[place]:
                found.append((place, self._reject(key, numbers[place], first)))
        return found

    def _reject(self, key: Any, row: int, first: int) -> Reject:
        index = self._indexes[0]
        address = f"{column_letters(self._plan.columns[index].position)}{first}"
        values = shown(", ".join(map(str, key)) if type(key) is tuple else str(key))
        cause = f"stands twice in the sheet (key {self._name})"
        return Reject(row, index, cause, f"{values}, first in {address}")
