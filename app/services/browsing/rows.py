"""The rows of a table or view, a page at a time: sorted, searched, without secrets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa

from app.errors import Invalid, NotFound, Refused
from app.extensions import db
from app.own_tables import PROTECTED
from app.services.browsing.exact import LONGEST_EXACT, exact_row
from app.services.browsing.matching import matching
from app.services.browsing.ordering import ordered, sorted_by
from app.services.browsing.time_limit import TooSlow, time_limit
from app.services.browsing.values import LONGEST_TEXT, selected, shown_row
from app.services.masking import is_secret
from app.services.paging import PER_PAGE, Page, counted, paged, rows_before
from app.services.search_text import search_text
from app.services.tables import ColumnDescription, described, table_or_view
from app.sheets.table import Column, Table

LOOKING_S = 5
COUNTING_S = 2


@dataclass(frozen=True)
class Form:
    """In which form values come: cut to so many characters or bytes, then made of what the database gives."""

    longest: int
    row: Callable[[Sequence[Any], Sequence[Column]], tuple[Any, ...]]


SHOWN, EXACT = Form(LONGEST_TEXT, shown_row), Form(LONGEST_EXACT, exact_row)


@dataclass(frozen=True)
class RowPage(Page[tuple[Any, ...]]):
    """Rows of a table, as tuples in the order of `columns`, with values as `shown_row` or `exact_row` gives them.

    Attributes:
        kind: "table" or "view".
        left_out: the columns that by their names are secrets.
        sort: the column that the rows are sorted by.
        search: what was looked for.
    """

    table: str
    kind: str
    columns: tuple[ColumnDescription, ...]
    left_out: tuple[str, ...]
    sort: str
    descending: bool
    search: str

    @property
    def rows(self) -> tuple[tuple[Any, ...], ...]:
        """Return the rows of this page."""
        return self.items


def is_browsable(name: str) -> bool:
    """Tell whether a table of this name may be looked at: the project's own have pages of their own, and roles."""
    return name.lower() not in PROTECTED


def check_browsable(name: str) -> None:
    """Raise NotFound for a table that is one of the project's own: its records, and its users."""
    if not is_browsable(name):
        raise NotFound(f'"{name}" is opsdesk\'s own record.', "Its rows are shown where they belong, not as a table.")


def page(
    table: str,
    *,
    sort: str | None = None,
    descending: bool = False,
    search: str = "",
    number: int = 1,
    per_page: int = PER_PAGE,
    form: Form = SHOWN,
) -> RowPage:
    """Return a page of the rows of a table or view.

    Args:
        sort: a column that is shown; by default the first of the key, or of the table.
        search: a text that stands somewhere in a row's texts, or is one of its numbers, dates or times.
        number: from 1.
        form: as a page shows values, or exactly, for a program.

    Raises:
        NotFound: there is no such table, column or page, or the table is one of the project's own records.
        Refused: all its columns are secrets.
        Invalid: the page is too deep, the search too long, or the database took too long.
        Failed: it is a view of something that is no longer there.
    """
    rows_before(number, per_page)
    text = search_text(search)
    check_browsable(table)
    with db.engine.connect() as connection:
        kind, found = table_or_view(connection, table)
        columns = _open_columns(found)
        sort = sorted_by(found, columns, sort)
        there = _clause(found)
        query = sa.select(*selected(columns, there, form.longest)).select_from(there)
        if text:
            query = query.where(matching(columns, there, text))
        query = query.order_by(*ordered(found, there, sort, descending, connection.dialect))
        cut = _read(connection, query, number, per_page).mapped(lambda row: form.row(row, columns))
    return RowPage(
        **vars(cut),
        table=table,
        kind=kind,
        columns=tuple(described(column, found) for column in columns),
        left_out=tuple(column.name for column in found.columns if column not in columns),
        sort=sort,
        descending=descending,
        search=text,
    )


def _open_columns(table: Table) -> Sequence[Column]:
    columns = [column for column in table.columns if not is_secret(column.name)]
    if not columns:
        raise Refused(f'All columns of "{table.name}" are, by their names, secrets.')
    return columns


def _clause(table: Table) -> sa.TableClause:
    columns: list[sa.ColumnClause[Any]] = [sa.column(sa.quoted_name(column.name, True)) for column in table.columns]
    return sa.table(sa.quoted_name(table.name, True), *columns)


def _read(connection: sa.Connection, query: sa.Select[Any], number: int, per_page: int) -> Page[sa.Row[Any]]:
    try:
        with time_limit(connection, LOOKING_S):
            return paged(connection, query, number, per_page, partial(_count, connection))
    except TooSlow as error:
        raise Invalid(
            f"The table is too large for that: the database did not answer within {LOOKING_S} seconds.",
            "Sort by its key, or look for something else.",
        ) from error


def _count(connection: sa.Connection, query: sa.Select[Any]) -> int | None:
    try:
        with time_limit(connection, COUNTING_S):
            return counted(connection, query)
    except TooSlow:
        return None
