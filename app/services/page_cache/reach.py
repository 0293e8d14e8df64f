"""Which tables may change with one: what foreign keys take along, and what triggers may write."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from flask import current_app

from app.engine import is_mysql
from app.extensions import db
from app.runner.sql.counting import UNKNOWN

# Of each foreign key that takes rows along: the table that is pointed to, and the one whose rows go or change with it.
FOREIGN_KEYS_MYSQL = (
    "SELECT referenced_table_name, table_name FROM information_schema.referential_constraints"
    " WHERE constraint_schema = DATABASE()"
    " AND (delete_rule IN ('CASCADE', 'SET NULL') OR update_rule IN ('CASCADE', 'SET NULL'))"
)
FOREIGN_KEYS_SQLITE = (
    "SELECT k.\"table\", t.name FROM sqlite_master t, pragma_foreign_key_list(t.name) k WHERE t.type = 'table'"
    " AND (k.on_delete NOT IN ('NO ACTION', 'RESTRICT') OR k.on_update NOT IN ('NO ACTION', 'RESTRICT'))"
)
TRIGGERED_MYSQL = "SELECT event_object_table FROM information_schema.triggers WHERE event_object_schema = DATABASE()"
TRIGGERED_SQLITE = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"


# How long is believed what was read of them: a database of many tables takes its time to tell.
KEPT_S = 60
EXTENSION = "opsdesk.page_cache.reach"


@dataclass(frozen=True)
class Reach:
    """What was read: pairs of a table and one that points to it and goes along, and the tables that have triggers."""

    pairs: tuple[tuple[str, str], ...]
    triggered: frozenset[str]
    read_at: float


def reached_from(table: str) -> set[str]:
    """Return the tables whose rows may change when those of `table` do, in lower case; UNKNOWN among them: any."""
    reach = current_app.extensions.get(EXTENSION)
    if reach is None or time.monotonic() - reach.read_at > KEPT_S:
        reach = current_app.extensions[EXTENSION] = _read()
    reached = _closure(table.lower(), reach.pairs)
    return reached | {UNKNOWN} if reached & reach.triggered else reached


def _read() -> Reach:
    with db.engine.connect() as connection:
        mysql = is_mysql(connection.engine.url)
        pairs = connection.execute(sa.text(FOREIGN_KEYS_MYSQL if mysql else FOREIGN_KEYS_SQLITE)).all()
        triggered = connection.scalars(sa.text(TRIGGERED_MYSQL if mysql else TRIGGERED_SQLITE)).all()
    lower = tuple((to.lower(), of.lower()) for to, of in pairs)
    return Reach(lower, frozenset(map(str.lower, triggered)), time.monotonic())


def _closure(start: str, pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Return all that can be come to from `start`, itself too."""
    reached, new = set[str](), {start}
    while new:
        reached |= new
        new = {of for to, of in pairs if to in new} - reached
    return reached
