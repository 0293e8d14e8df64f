"""The rows of a table that a replacement deletes, and what must not go with them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

import sqlalchemy as sa

from app.errors import Refused
from app.services.imports.request import Watcher
from app.sheets.load.statements import quoted
from app.sheets.merge import Leftovers, key_match
from app.sheets.pointing import Pointing, for_share, twin
from app.sheets.table import Key, Table
from app.words import counted


def agreed_to_replace(engine: sa.Engine, table: str, watcher: Watcher) -> None:
    """Ask before a table that has rows is replaced.

    Raises:
        Refused: the answer was no, or nobody can be asked.
    """
    with engine.connect() as connection:
        name = quoted(connection.dialect, table)
        rows = int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name}").scalar_one())  # noqa: S608 - reflected name
    if rows and not watcher.replace(table, rows):
        raise Refused(f"{table} was not replaced.")


def leftovers_of(connection: sa.Connection, table: Table, key: Key) -> Leftovers:
    """Return the rows whose key the stage does not have."""
    leftovers = Leftovers(connection.dialect, table, key)
    leftovers.index_stage(connection)
    return leftovers


def check_nothing_points(connection: sa.Connection, leftovers: Leftovers, foreign_keys: Sequence[Pointing]) -> None:
    """Raise Refused where rows that stay point to rows that would go: they would go, or change, with them."""
    dialect = connection.dialect
    for foreign in foreign_keys:
        join = f" JOIN {foreign.table} c ON {foreign.match('c', 't', dialect)}"
        # Those of the table itself stay if they are staged.
        with twin(connection, leftovers.key) if foreign.own else nullcontext("") as staged:
            if staged:
                join += f" JOIN {staged} w ON {key_match(dialect, leftovers.key, 'c', 'w')}"
            rows = f"SELECT COUNT(*) FROM {leftovers.rows('t', join)}{for_share(dialect)}"  # noqa: S608 - reflected names
            count = int(connection.exec_driver_sql(rows).scalar_one())
        if count:
            raise Refused(
                f"{counted(count, 'row')} of {foreign.name} point to rows of {leftovers.table.name} that the sheet does"
                " not have, and that would be deleted.",
                "Nothing was written. Delete those first, or import with --mode upsert, which deletes nothing.",
            )
