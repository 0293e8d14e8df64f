"""What the database holds: its tables and views, and the columns of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import OperationalError, UnreflectableTableError

from app.errors import Failed
from app.extensions import db
from app.models import Base
from app.sheets.table import Column, Table
from app.sheets.target import any_types, no_such_table, reflect

TABLE, VIEW = "table", "view"


class BrokenView(Failed):
    """A view of something that is no longer there."""

    status = 409


@dataclass(frozen=True)
class TableSummary:
    """A table or a view, and how many rows it has; a view's are not counted, which may take a query of any size."""

    name: str
    kind: str
    rows: int | None
    comment: str


@dataclass(frozen=True)
class ColumnDescription:
    """A column: `automatic` is "auto-increment" or "generated", `keys` are the unique keys that it is part of."""

    name: str
    type: str
    nullable: bool
    default: str | None
    automatic: str | None
    keys: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class ForeignKey:
    """Columns that take their values from another table's, in the same order."""

    name: str | None
    columns: tuple[str, ...]
    table: str
    referred_columns: tuple[str, ...]


@dataclass(frozen=True)
class TableDescription:
    """A table or a view with its columns, in their order."""

    name: str
    kind: str
    comment: str
    columns: tuple[ColumnDescription, ...]
    foreign_keys: tuple[ForeignKey, ...]

    def references(self, column: str) -> tuple[str, ...]:
        """Return where a column takes its values from, each as `customers.id`."""
        return tuple(
            f"{foreign.table}.{theirs}"
            for foreign in self.foreign_keys
            for ours, theirs in zip(foreign.columns, foreign.referred_columns, strict=True)
            if ours == column
        )


def all_tables() -> list[TableSummary]:
    """Return all tables with their exact number of rows, then all views, each by name."""
    with db.engine.connect() as connection:
        inspector = sa.inspect(connection)
        names = sorted(inspector.get_table_names())
        comments = comments_of(connection, names)
        tables = [TableSummary(name, TABLE, _rows(connection, name), comments[name]) for name in names]
        return tables + [TableSummary(name, VIEW, None, "") for name in sorted(inspector.get_view_names())]


def describe(name: str) -> TableDescription:
    """Return the columns and foreign keys of a table or view, the project's own records too.

    Raises:
        NotFound: there is no such table; names the nearest.
        BrokenView: it is a view of something that is no longer there.
    """
    with db.engine.connect() as connection:
        kind, table = table_or_view(connection, name)
        is_table = kind == TABLE
        return TableDescription(
            name=name,
            kind=kind,
            comment=comments_of(connection, [name])[name] if is_table else "",
            columns=tuple(described(column, table) for column in table.columns),
            foreign_keys=_foreign_keys(connection, name) if is_table else (),
        )


def table_or_view(connection: sa.Connection, name: str) -> tuple[str, Table]:
    """Return TABLE or VIEW, and what the database says of it.

    Raises:
        NotFound: there is no such table; names the nearest.
        BrokenView: it is a view of something that is no longer there.
    """
    inspector = sa.inspect(connection)
    tables, views = inspector.get_table_names(), inspector.get_view_names()
    if name not in (*tables, *views):
        raise no_such_table(connection, name, [*tables, *views], "See them with: flask tables")
    return (TABLE, reflect(connection, name, Base.metadata)) if name in tables else (VIEW, _view(connection, name))


def _view(connection: sa.Connection, name: str) -> Table:
    try:
        return reflect(connection, name, Base.metadata)
    except (UnreflectableTableError, OperationalError) as error:
        raise BrokenView(f'The view "{name}" cannot be read: {error.args[0]}', "Mend or drop it.") from error


def _rows(connection: sa.Connection, name: str) -> int:
    table = sa.table(sa.quoted_name(name, quote=True))
    return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def comments_of(connection: sa.Connection, names: Sequence[str]) -> dict[str, str]:
    """Return the tables' comments; where the database keeps none (SQLite), those of the models."""
    if not connection.dialect.supports_comments:
        models = Base.metadata.tables
        return {name: (models[name].comment if name in models else None) or "" for name in names}
    with any_types():
        found = sa.inspect(connection).get_multi_table_comment(filter_names=names, kind=ObjectKind.TABLE)
    comments = {name: comment["text"] for (_, name), comment in found.items()}
    return {name: comments.get(name) or "" for name in names}


def described(column: Column, table: Table) -> ColumnDescription:
    """Return what there is to say of a table's column."""
    automatic = ("generated" if column.is_generated else "auto-increment") if column.is_automatic else None
    return ColumnDescription(
        name=column.name,
        type=column.sql_type,
        nullable=column.nullable,
        default=column.default,
        automatic=automatic,
        keys=tuple(key.name for key in table.keys if column.name in key.columns),
        comment=column.comment,
    )


def _foreign_keys(connection: sa.Connection, name: str) -> tuple[ForeignKey, ...]:
    with any_types():
        found = sa.inspect(connection).get_foreign_keys(name)
    return tuple(
        ForeignKey(
            name=foreign["name"],
            columns=tuple(foreign["constrained_columns"]),
            table=".".join(part for part in (foreign["referred_schema"], foreign["referred_table"]) if part),
            referred_columns=tuple(foreign["referred_columns"]),
        )
        for foreign in found
    )
