"""What is read for an export: the columns of a table, or a query that only reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.errors import NotFound, Refused
from app.own_tables import PROTECTED
from app.runner.sql.statements import MYSQL_NAMES, kind_of
from app.runner.sql.tokens import GROUP, tokens_of
from app.services.exports.request import Request
from app.services.masking import is_secret
from app.services.tables import VIEW, table_or_view
from app.sheets.fetch.table_query import table_query
from app.sheets.header_names import header_names
from app.sheets.headers import did_you_mean
from app.sheets.table import Column, Table

SECRETS = frozenset({"users"})
MYSQL_ROWS = "SELECT table_rows FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = :table"
WHY_LEFT_OUT = "by its name it is a secret; name it in --columns to have it"


@dataclass(frozen=True)
class Source:
    """A query, and what is known of its columns.

    Attributes:
        kinds: columns by their names in the query.
        headers: of a table's columns, in order; empty where the query itself names them.
        left_out: columns of the table that are not read, each with why.
        rows: about how many there are; None where that is not known.
        takes_imports: the table can be written by an import.
        has_key: rows that are imported again are known by a unique key.
    """

    query: str
    kinds: dict[str, Column]
    headers: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    rows: int | None = None
    takes_imports: bool = False
    has_key: bool = False


def source_of(connection: sa.Connection, request: Request) -> Source:
    """Return what to read.

    Raises:
        NotFound: there is no such table, or column.
        Refused: the table holds passwords; the SQL does more than read.
    """
    kind, table = table_or_view(connection, request.table)
    if request.query:
        check_reads(request.query, connection.dialect.name)
        return Source(request.query, {column.name: column for column in table.columns})
    if table.name.lower() in SECRETS:
        raise Refused(
            f'"{table.name}" holds the hashes of passwords.', "See the accounts with: flask users list --json"
        )
    columns = _chosen(table, request.columns)
    if request.where:
        check_is_condition(request.where, connection.dialect.name)
    names = {column.name for column in columns}
    return Source(
        table_query(connection.dialect, table, columns, request.where),
        {column.name: column for column in columns},
        tuple(header_names(table, columns)),
        tuple((column.name, WHY_LEFT_OUT) for column in table.columns if column not in columns and not request.columns),
        None if request.where or kind == VIEW else _about(connection, table.name),
        kind != VIEW and table.name.lower() not in PROTECTED,
        any(names.issuperset(key.columns) for key in table.keys),
    )


def check_reads(query: str, dialect: str) -> None:
    """Raise Refused for SQL that is not one statement that reads. What its functions do, the database refuses."""
    statement = kind_of(query, dialect)
    if statement.verb != "read":
        said = f" ({statement.said})" if statement.said else ""
        raise Refused(
            f"An export only reads, and this is not one SELECT{said}.", "Take a single SELECT, without a ; in it."
        )


def check_is_condition(where: str, dialect: str) -> None:
    """Raise Refused for SQL that would not end with the parentheses around it."""
    if [token.text for token in tokens_of(f"(\n{where}\n)", dialect)] != [GROUP]:
        raise Refused(
            "This is not one condition.", "--where takes what stands behind WHERE; a whole SELECT goes to --query."
        )


def check_no_secrets(names: Sequence[str]) -> None:
    """Raise Refused if a query gives what is, by its name, a secret."""
    secret = [name for name in names if is_secret(name)]
    if secret:
        raise Refused(
            f"The query gives what is, by its name, a secret: {', '.join(secret)}.",
            "Leave it out, or call it otherwise if it is none: SELECT … AS …",
        )


def _chosen(table: Table, names: Sequence[str]) -> list[Column]:
    open_ones = [column for column in table.columns if not is_secret(column.name)]
    if not names:
        if not open_ones:
            raise Refused(f'All columns of "{table.name}" are, by their names, secrets.', "Name them in --columns.")
        return open_ones
    known = {column.name: column for column in table.columns}
    unknown = [f'"{name}"{did_you_mean(name, known)}' for name in names if name not in known]
    if unknown:
        raise NotFound(f"{table.name} has no column {', '.join(unknown)}", f"See them with: flask tables {table.name}")
    return [known[name] for name in dict.fromkeys(names)]


def _about(connection: sa.Connection, table: str) -> int | None:
    """Return about how many rows a table has; MySQL knows without counting."""
    if connection.dialect.name in MYSQL_NAMES:
        rows = connection.scalar(sa.text(MYSQL_ROWS), {"table": table})
    else:
        rows = connection.scalar(sa.select(sa.func.count()).select_from(sa.table(sa.quoted_name(table, quote=True))))
    return rows if isinstance(rows, int) else None
