"""Compare a table as two connections see it, a page of rows at a time.

The database says which keys are the same and in what order they stand, since that is a matter of collations; Python
only asks whether values are equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import NullType

from app.runner.diff.shapes import Row, Shape

PAGE = 5_000
KEYS_AT_ONCE = 400  # SQLite allows expressions 1,000 deep


@dataclass
class Changes:
    """What differs in a table: how many rows, and of each kind the first few, `(before, after)`."""

    samples: int
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    _kept: dict[str, list[tuple[Row | None, Row | None]]] = field(default_factory=dict)

    def add(self, before: Row | None, after: Row | None, times: int = 1) -> None:
        """Note a row that differs; None on the side where it is not."""
        kind = "inserted" if before is None else "deleted" if after is None else "updated"
        setattr(self, kind, getattr(self, kind) + times)
        kept = self._kept.setdefault(kind, [])
        kept.extend([(before, after)] * min(times, self.samples - len(kept)))

    def shown(self) -> list[tuple[Row | None, Row | None]]:
        """Return the samples: as many kinds of change as there are, in turn."""
        kinds = (self._kept.get(kind, []) for kind in ("updated", "inserted", "deleted"))
        in_turn = chain.from_iterable(zip_longest(*kinds))
        return [sample for sample in in_turn if sample is not None][: self.samples]


@dataclass(frozen=True)
class Sides:
    """A table on its two connections."""

    before: sa.Connection
    after: sa.Connection
    shape: Shape

    def compare(self, samples: int) -> Changes:
        """Go through the table on both sides and return what differs."""
        changes = Changes(samples)
        if not self.shape.key:
            self._compare_multisets(changes, sa.true())
            return changes
        self._compare_by_key(changes)
        if self.shape.null_keys:
            self._compare_multisets(changes, sa.or_(*(column.is_(None) for column in self._key_columns)))
        return changes

    @property
    def _key_columns(self) -> list[sa.ColumnClause[Any]]:
        columns = list(self.shape.table.columns)
        return [columns[place] for place in self.shape.key]

    def _compare_by_key(self, changes: Changes) -> None:
        low: Row | None = None
        while True:
            old = self._page(self.before, low, None)
            high = self.shape.key_of(old[-1]) if len(old) == PAGE else None
            self._compare_range(old, low, high, changes)
            if high is None:
                return
            low = high

    def _compare_range(self, old: list[Row], low: Row | None, high: Row | None, changes: Changes) -> None:
        """Compare the rows whose keys are above `low`, up to `high`; `old` are all that there were."""
        gone = {self.shape.key_of(row): row for row in old}
        while True:
            page = self._page(self.after, low, high)
            new = {}
            for row in page:
                before = gone.pop(self.shape.key_of(row), None)
                if before is None:
                    new[self.shape.key_of(row)] = row
                elif not same(before, row):
                    changes.add(before, row)
            for key, new_key in self._same_to_the_database(gone, new):
                changes.add(gone.pop(key), new.pop(new_key))
            for row in new.values():
                changes.add(None, row)
            if len(page) < PAGE:
                break
            low = self.shape.key_of(page[-1])
        for row in gone.values():
            changes.add(row, None)

    def _page(self, connection: sa.Connection, low: Row | None, high: Row | None) -> list[Row]:
        """Return up to PAGE rows above `low`, up to `high`, in the order of their keys."""
        columns = self._key_columns
        query = sa.select(self.shape.table).order_by(*columns).limit(PAGE)
        query = query.where(*(column.is_not(None) for column in columns if self.shape.null_keys))
        if low is not None:
            query = query.where(_beyond(columns, low, "__gt__"))
        if high is not None:
            query = query.where(sa.or_(_beyond(columns, high, "__lt__"), _equal(columns, high)))
        return [tuple(row) for row in connection.execute(query)]

    def _same_to_the_database(self, gone: dict[Row, Row], new: dict[Row, Row]) -> Iterator[tuple[Row, Row]]:
        """Yield pairs of keys that are one to the database, `a` and `A`, but not to Python."""
        keys = [key for key in new if not all(isinstance(value, int) for value in key)] if gone else []
        columns = self._key_columns
        for start in range(0, len(keys), KEYS_AT_ONCE):
            wanted = sa.or_(*(_equal(columns, key) for key in keys[start : start + KEYS_AT_ONCE]))
            for found in self.before.execute(sa.select(*columns).where(wanted)).all():
                key = tuple(found)
                if key in gone:
                    query = sa.select(*columns).where(_equal(columns, key))
                    yield key, tuple(self.after.execute(query).one())

    def _compare_multisets(self, changes: Changes, where: sa.ColumnElement[bool]) -> None:
        """Compare rows that have no key: those that are more often on one side than on the other.

        Both sides are read side by side; what is the same cancels out, so that only what differs is kept in memory.
        """
        query = sa.select(self.shape.table).where(where).execution_options(stream_results=True, yield_per=PAGE)
        excess: dict[Row, tuple[int, Row]] = {}
        pages = zip_longest(self.before.execute(query).partitions(), self.after.execute(query).partitions())
        for old, new in pages:
            for step, rows in ((-1, old or ()), (1, new or ())):
                for row in map(tuple, rows):
                    exact = (*row, *map(type, row))
                    count = excess.pop(exact, (0, row))[0] + step
                    if count:
                        excess[exact] = (count, row)
        for count, row in excess.values():
            changes.add(None if count > 0 else row, row if count > 0 else None, abs(count))


def same(one: Row, other: Row) -> bool:
    """Tell whether two rows hold the same: to SQLite 1 and 1.0 are two things, and a NaN is like another."""
    if one == other:
        return all(type(a) is type(b) for a, b in zip(one, other, strict=True))
    return all(same_value(a, b) for a, b in zip(one, other, strict=True))


def same_value(one: Any, other: Any) -> bool:
    """Tell whether two values are the same."""
    return type(one) is type(other) and (one == other or (one != one and other != other))


def _literal(value: Any) -> sa.ColumnElement[Any]:
    return sa.literal(value, NullType())  # goes to the driver as it came from it


def _equal(columns: list[sa.ColumnClause[Any]], key: Row) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == _literal(value) for column, value in zip(columns, key, strict=True)))


def _beyond(columns: list[sa.ColumnClause[Any]], key: Row, compare: str) -> sa.ColumnElement[bool]:
    """Return `a > 1 OR (a = 1 AND b > 2)`, which MySQL answers from the index, unlike `(a, b) > (1, 2)`."""
    return sa.or_(
        *(
            sa.and_(_equal(columns[:place], key[:place]), getattr(columns[place], compare)(_literal(key[place])))
            if place
            else getattr(columns[0], compare)(_literal(key[0]))
            for place in range(len(columns))
        )
    )
