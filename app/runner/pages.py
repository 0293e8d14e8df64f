"""What a `batches` loop goes through, page by page, such that it can go on after any of them."""

from __future__ import annotations

import hashlib
import itertools
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Result, ScalarResult, Select, TextClause, and_, func, or_, select
from sqlalchemy.orm import Query, Session

from app.errors import Failed, Refused
from app.runner.cursor import Key, decode, encode, shown
from app.runner.keys import check_order, key_columns


@dataclass(frozen=True)
class Page:
    """The next items, with their keys in the same order; the key to go on after; whether these are the last."""

    items: list[Any]
    keys: list[Key]
    after: Key | None
    last: bool


class Pages(Protocol):
    """A source, read page by page."""

    fingerprint: str

    def left(self, session: Session) -> int | None:
        """Return how many items are to come, where that can be known."""
        ...

    def go_to(self, cursor: str, position: int) -> None:
        """Go on after the item with this key, which was the `position`th from the beginning.

        Raises:
            Refused: the source cannot have been there.
        """
        ...

    def next(self, session: Session, size: int) -> Page:
        """Return the next page, of at most `size` items."""
        ...


def pages_of(source: Select[Any] | Iterable[Any], key: Any, failed: Sequence[Key] | None) -> Pages:
    """Return the pages of a query or an iterable.

    Args:
        key: the query's unique key: a column or a tuple of them, by default the primary key of what it selects; for an
            iterable a function that returns an item's key, by default its place and value.
        failed: only the items with these keys.

    Raises:
        Failed: there is no such key, or the query says in which order, or how many.
    """
    if isinstance(source, NOT_ITERABLE):
        raise Failed(f"batches cannot go through a {type(source).__name__}.", "Give it a select(), or a list.")
    if isinstance(source, Select):
        columns = key_columns(source, key)
        return _FailedRows(source, columns, failed) if failed is not None else _QueryPages(source, columns)
    return _IterablePages(source, key, failed)


class _QueryPages:
    """A query by its key: each page begins after the key that the one before ended with."""

    def __init__(self, query: Select[Any], columns: tuple[ColumnElement[Any], ...]) -> None:
        self._query = query
        self._columns = columns
        self._after: Key | None = None
        self.fingerprint = _fingerprint(str(query), *map(str, columns))

    def left(self, session: Session) -> int | None:
        if self._query._for_update_arg is not None:
            return None  # counting would lock all of it
        return session.scalar(select(func.count()).select_from(self._rest().subquery()))

    def go_to(self, cursor: str, position: int) -> None:  # noqa: ARG002 - a key says where alone
        after = _decoded(cursor)
        if len(after) != len(self._columns):
            raise Refused("The checkpoint's cursor is not a key of this query.", FOREIGN)
        self._after = after

    def next(self, session: Session, size: int) -> Page:
        if self._after is None:
            check_order(session, self._columns)
        query = self._rest()
        # One more than asked for: it shows whether the key is unique across the end of the page.
        found = _rows(session, query.order_by(*self._columns).limit(size + 1), self._columns)
        before = () if self._after is None else (self._after,)
        _check_unique([*before, *(key for _, key in found)])
        page = found[:size]
        if page:
            self._after = page[-1][1]
        return _page(page, self._after, last=len(found) <= size)

    def _rest(self) -> Select[Any]:
        return self._query if self._after is None else self._query.where(_beyond(self._columns, self._after))


class _FailedRows:
    """The rows of a query with certain keys, in the order of these; rows that are gone are passed over."""

    def __init__(self, query: Select[Any], columns: tuple[ColumnElement[Any], ...], keys: Sequence[Key]) -> None:
        self._query = query
        self._columns = columns
        self._keys = keys
        self._place = 0
        self.fingerprint = _fingerprint(str(query), *map(str, columns), *map(encode, keys))

    def left(self, session: Session) -> int | None:  # noqa: ARG002 - the keys are counted
        return len(self._keys) - self._place

    def go_to(self, cursor: str, position: int) -> None:  # noqa: ARG002 - counting stops where rows are gone
        key = _decoded(cursor)
        if key not in self._keys:
            raise Refused("The checkpoint's cursor is none of the failed keys.", FOREIGN)
        self._place = self._keys.index(key) + 1

    def next(self, session: Session, size: int) -> Page:
        while self._place < len(self._keys):
            keys = self._keys[self._place : self._place + min(size, MOST_KEYS)]
            self._place += len(keys)
            wanted = or_(*(and_(*(c == part for c, part in zip(self._columns, key, strict=True))) for key in keys))
            found = _rows(session, self._query.where(wanted).order_by(*self._columns), self._columns)
            if found:
                return _page(found, keys[-1], last=self._place >= len(self._keys))
        return _page([], None, last=True)


class _IterablePages:
    """An iterable that gives the same items in the same order each time it is made."""

    def __init__(self, items: Iterable[Any], key: Callable[[Any], Any] | None, failed: Sequence[Key] | None) -> None:
        self._length = len(items) if isinstance(items, Sequence) and failed is None else None
        self._place = 0
        self._items = self._keyed(items, key, None if failed is None else set(failed))
        self.fingerprint = _fingerprint("iterable", *map(encode, failed or ()))

    @staticmethod
    def _keyed(items: Iterable[Any], key: Any, failed: set[Key] | None) -> Iterator[tuple[Any, Key]]:
        for place, item in enumerate(items):
            found = (place, _text_of(item)) if key is None else key(item)
            wrapped = found if isinstance(found, tuple) else (found,)
            if failed is None or wrapped in failed:
                yield item, wrapped

    def left(self, session: Session) -> int | None:  # noqa: ARG002 - no query
        return None if self._length is None else self._length - self._place

    def go_to(self, cursor: str, position: int) -> None:
        self._place = position
        last = next(itertools.islice(self._items, position - 1, position), None)
        if last is None or encode(last[1]) != cursor:
            there = "ends before" if last is None else f"has {shown(last[1])} there"
            raise Refused(
                f"The run was at item {position}, {shown(_decoded(cursor))}; what it goes through {there}.", SAME
            )

    def next(self, session: Session, size: int) -> Page:  # noqa: ARG002 - no query
        page = list(itertools.islice(self._items, size))
        return _page(page, page[-1][1] if page else None, last=len(page) < size)


def _text_of(item: Any) -> str:
    """Return what an item is, as text, so that another one in its place is seen."""
    if not isinstance(item, PLAIN):
        raise Failed(
            f"batches cannot tell one {type(item).__name__} from another.", "Say key=: what returns an item's key."
        )
    text = repr(item)
    return text if len(text) <= LONGEST_TEXT else hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


# What would be gone through by accident, and never in the same order again.
NOT_ITERABLE = (CompoundSelect, TextClause, Query, Result, ScalarResult)
# Items whose repr() says all.
PLAIN = (str, bytes, int, float, Decimal, date, time, UUID, tuple, list, dict, range, type(None))
LONGEST_TEXT = 100
MOST_KEYS = 400  # SQLite takes no deeper tree of conditions
FOREIGN = "It is another run's, or the script's query changed. Start a run anew."
SAME = "Items must come in the same order each time. Start a run anew."


def _page(found: list[tuple[Any, Key]], after: Key | None, last: bool) -> Page:
    return Page([item for item, _ in found], [key for _, key in found], after, last)


def _beyond(columns: Sequence[ColumnElement[Any]], key: Key) -> ColumnElement[bool]:
    """Return the condition for what stands behind `key`: a > x OR (a = x AND b > y), which every index serves."""
    beyond = [
        and_(*(c == part for c, part in zip(columns[:place], key, strict=False)), columns[place] > key[place])
        for place in range(len(columns))
    ]
    return or_(*beyond)


def _rows(session: Session, query: Select[Any], columns: Sequence[ColumnElement[Any]]) -> list[tuple[Any, Key]]:
    """Return the items of a query with their keys: what it selects, if that is one thing, else a named tuple."""
    rows = session.execute(query.add_columns(*columns)).all()
    if not rows:
        return []
    own = len(rows[0]) - len(columns)
    item = namedtuple("Item", rows[0]._fields[:own], rename=True)  # type: ignore[misc]
    return [(row[0] if own == 1 else item(*row[:own]), tuple(row[own:])) for row in rows]


def _check_unique(keys: list[Key]) -> None:
    for one, other in itertools.pairwise(keys):
        if one == other:
            raise Failed(
                f"Two rows of the query have the key {shown(one)}; rows would be passed over.",
                "Take a key that is unique in what the query returns.",
            )


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _decoded(cursor: str) -> Key:
    try:
        return decode(cursor)
    except (ValueError, KeyError, TypeError):
        raise Refused("The checkpoint's cursor cannot be read.", FOREIGN) from None
