"""One page of a list, cut out by the database: the same shape for every list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, Select, func, literal, select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound

PER_PAGE = 50
MOST_PER_PAGE = 200
# A database reads all rows before a page to leave them out; nobody turns that many pages.
DEEPEST = 100_000
COUNTED = 100_000

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a list.

    Attributes:
        items: what is on it; nothing where the list ends before it.
        number: from 1.
        total: of the whole list; None where that is not known.
        total_is_exact: else there are more than `total`.
    """

    items: tuple[T, ...]
    number: int
    per_page: int
    has_next: bool
    total: int | None
    total_is_exact: bool

    @property
    def has_previous(self) -> bool:
        """Tell whether there is a page before."""
        return self.number > 1

    @property
    def first(self) -> int:
        """Return the place of the first item in the list, from 1; 0 where the page has none."""
        return (self.number - 1) * self.per_page + 1 if self.items else 0

    @property
    def last(self) -> int:
        """Return the place of the last item in the list; 0 where the page has none."""
        return self.first + len(self.items) - 1 if self.items else 0

    def mapped(self, change: Callable[[T], U]) -> Page[U]:
        """Return the page with every item changed."""
        items = tuple(change(item) for item in self.items)
        return Page(items, self.number, self.per_page, self.has_next, self.total, self.total_is_exact)


Bind = Session | Connection
# Counts as `counted` does; None where that takes too long.
Count = Callable[[Select[Any]], int | None]


def counted(bind: Bind, query: Select[Any]) -> int:
    """Return how many rows a query gives, or one more than `COUNTED`."""
    ones = query.order_by(None).with_only_columns(literal(1), maintain_column_froms=True).limit(COUNTED + 1)
    return int(bind.execute(select(func.count()).select_from(ones.subquery())).scalar_one())


def paged(
    bind: Bind, query: Select[Any], number: int, per_page: int = PER_PAGE, count: Count | None = None
) -> Page[Row[Any]]:
    """Return a page of what a query gives; its order must leave no two rows where they could change places.

    Raises:
        NotFound: pages begin with 1.
        Invalid: the page is too deep, or too large.
    """
    skipped = rows_before(number, per_page)
    found = bind.execute(query.offset(skipped).limit(per_page + 1)).all()
    items = tuple(found[:per_page])
    if len(found) <= per_page and (items or number == 1):  # the list ends here
        return Page(items, number, per_page, False, skipped + len(items), True)
    total = count(query) if count else counted(bind, query)
    known = None if total is None else min(total, COUNTED)
    return Page(items, number, per_page, len(found) > per_page, known, total is not None and total <= COUNTED)


def part(items: Sequence[T], number: int, per_page: int = PER_PAGE) -> Page[T]:
    """Return a page of a list that is here as a whole; see `rows_before` for its errors."""
    skipped = rows_before(number, per_page)
    end = skipped + per_page
    return Page(tuple(items[skipped:end]), number, per_page, end < len(items), len(items), True)


def rows_before(number: int, per_page: int) -> int:
    """Return how many rows stand before a page.

    Raises:
        NotFound: pages begin with 1.
        Invalid: the page is too deep, or too large.
    """
    if number < 1:
        raise NotFound(f"There is no page {number}.", "The first one is page 1.")
    if not 1 <= per_page <= MOST_PER_PAGE:
        raise Invalid(f"A page has 1 to {MOST_PER_PAGE} rows, not {per_page:,}.")
    skipped = (number - 1) * per_page
    if skipped > DEEPEST:
        raise Invalid(f"Page {number:,} is too deep: pages end {DEEPEST:,} rows in.", "Search or sort to come closer.")
    return skipped
