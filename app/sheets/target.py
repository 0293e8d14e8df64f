"""The target of an import, reflected from the database: any table, also one that no model knows."""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.errors import NotFound, Refused
from app.own_tables import PROTECTED
from app.sheets.defaults import declared_defaults, touched_columns
from app.sheets.keys import key_collations, unique_keys
from app.sheets.kinds import limits
from app.sheets.names import plain
from app.sheets.sql_types import declared_types
from app.sheets.table import Column, Table
from app.transactional import check_transactional

LONGEST_NAME = 64  # MySQL manual, "Identifier Length Limits"
TO_CREATE = "To make a new table from the sheet, add --create."
# MySQL's own clause, which SQLAlchemy leaves in the default; MySQL allows it for the current time alone.
_ON_UPDATE = re.compile(r"(current_timestamp(?:\(\d*\))?) ON UPDATE .*", re.IGNORECASE)


def find(connection: sa.Connection, name: str, models: sa.MetaData, hint: str = TO_CREATE) -> Table:
    """Return the table called `name`, to import into.

    Raises:
        NotFound: there is no such table; names the nearest, and gives the hint.
        Refused: it is one of the project's own records, a view, or a table without transactions.
    """
    inspector = sa.inspect(connection)
    names = inspector.get_table_names()
    if name not in names:
        if name in inspector.get_view_names():
            raise Refused(f'"{name}" is a view.', "Import into the table behind it.")
        raise no_such_table(connection, name, names, hint)
    check_not_protected(name)
    check_transactional(connection, name)
    return reflect(connection, name, models)


def check_not_protected(name: str) -> None:
    """Raise Refused for a table that only the project's own commands may write."""
    if name.lower() in PROTECTED:
        raise Refused(f'"{name}" is opsdesk\'s own record.', "Its commands alone write it.")


def is_new_name(name: str) -> bool:
    """Tell whether a table may be made that is called so."""
    return 0 < len(name) <= LONGEST_NAME and name.isprintable() and name.lower() not in PROTECTED


def reflect(connection: sa.Connection, name: str, models: sa.MetaData) -> Table:
    """Return what the database says of a table that is there, a temporary one too.

    Where the database keeps no comments and no enums (SQLite), those of a model of the same name stand in.
    """
    with any_types():
        reflected = sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
    types = declared_types(connection, name) | dict.fromkeys(_json_columns(connection, name), "json")
    model = models.tables.get(name) if connection.dialect.name == "sqlite" else None
    defaults = declared_defaults(connection, name)
    touched, collations = touched_columns(connection, name), key_collations(connection, name)
    columns = (_column(column, reflected, model, connection.dialect, types, defaults) for column in reflected.columns)
    marked = tuple(
        replace(column, is_touched=column.name in touched, collation=collations.get(column.name, ""))
        for column in columns
    )
    return Table(name, marked, unique_keys(connection, reflected))


@contextmanager
def any_types() -> Iterator[None]:
    """Reflect without SQLAlchemy's warnings of types that it does not know: they are UNSUPPORTED here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sa.exc.SAWarning)
        yield


def no_such_table(connection: sa.Connection, name: str, names: Sequence[str], hint: str) -> NotFound:
    """Return the error for a name that is none of `names`; it suggests the nearest of them."""
    alike = {known.casefold(): known for known in names}
    close = difflib.get_close_matches(name.casefold(), alike, n=1)
    where = Path(
        connection.engine.url.database or "the database"
    ).name  # SQLite's is a path, which is nobody's business
    meant = f' Did you mean "{alike[close[0]]}"?' if close else ""
    return NotFound(f'no table "{name}" in {where}.{meant}', hint)


def _json_columns(connection: sa.Connection, table: str) -> frozenset[str]:
    """Return the columns that are JSON on MariaDB: LONGTEXT with a CHECK (MariaDB documentation, "JSON Data Type")."""
    if not getattr(connection.dialect, "is_mariadb", False):
        return frozenset()
    clauses = connection.scalars(
        sa.text(
            "SELECT check_clause FROM information_schema.check_constraints"
            " WHERE constraint_schema = DATABASE() AND table_name = :table"
        ),
        {"table": table},
    )
    matches = (re.fullmatch(r"json_valid\(`(.+)`\)", clause) for clause in clauses)
    return frozenset(plain(match[1], connection.dialect) for match in matches if match)


def _column(
    column: sa.Column[Any],
    table: sa.Table,
    model: sa.Table | None,
    dialect: sa.Dialect,
    types: Mapping[str, str],
    defaults: Mapping[str, str],
) -> Column:
    name = plain(column.name, dialect)
    known = model.columns.get(name) if model is not None else None
    type_ = column.type
    if known is not None and isinstance(known.type, sa.Enum):
        type_ = known.type
    if types.get(name) == "json":
        type_ = sa.JSON()
    is_numbered = _is_auto_increment(column, table, dialect, types)
    return Column(
        name=name,
        sql_type=types.get(name, _spelled(type_, dialect)),
        nullable=bool(column.nullable),
        default=defaults.get(name, _default(column)),
        comment=column.comment or (known.comment if known is not None else None) or "",
        is_automatic=is_numbered or column.computed is not None,
        is_generated=column.computed is not None,
        zero_is_next=is_numbered and dialect.name != "sqlite",
        **limits(type_, dialect),
    )


def _default(column: sa.Column[Any]) -> str | None:
    if not isinstance(column.server_default, sa.DefaultClause):
        return None
    text = str(column.server_default.arg)
    on_update = _ON_UPDATE.fullmatch(text)
    return on_update[1] if on_update else text


def _is_auto_increment(column: sa.Column[Any], table: sa.Table, dialect: sa.Dialect, types: Mapping[str, str]) -> bool:
    """Tell whether the database numbers this column.

    MySQL says so; SQLite does for a lone primary key whose type is INTEGER to the letter (SQLite documentation,
    "ROWIDs and the INTEGER PRIMARY KEY").
    """
    if dialect.name == "sqlite":
        return list(table.primary_key.columns) == [column] and types.get(column.name) == "integer"
    return column.autoincrement is True


def _spelled(type_: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> str:
    try:
        return type_.compile(dialect).lower()
    except sa.exc.CompileError:
        return type(type_).__name__.lower()
