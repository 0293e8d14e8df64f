"""When a database refuses rows, as opposed to being away, busy or full."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

import pymysql
import sqlalchemy as sa

from app.errors import Invalid
from app.sheets.load.mysql import LoadError
from app.words import without_values

# Errors of MySQL and MariaDB that pymysql does not count among those of data and integrity: a trigger's SIGNAL, a
# broken CHECK, a value that is none, no partition for a value (MariaDB documentation, "MariaDB Error Codes").
REFUSALS = frozenset({1292, 1366, 1526, 1644, 3819, 4025})
REFUSING = (sqlite3.IntegrityError, pymysql.err.IntegrityError, pymysql.err.DataError)
SHOWN_WORDS = 3
_PLACE = re.compile(r" at row \d+$")


class Unexplained(Invalid):
    """The database refuses rows, and no cell could be found to blame; nothing was written."""

    label = "Nothing was written"

    def __init__(self, error: Exception, hint: str = "") -> None:
        """Say what the database said."""
        message = "\n  ".join(["the database refuses rows:", *words_of(error)])
        super().__init__(message, hint, for_record=without_values(message))


def is_refusal(error: Exception) -> bool:
    """Tell whether an error means that the database does not take the rows as they are."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(original, (LoadError, *REFUSING)):
        return True
    return isinstance(original, pymysql.err.MySQLError) and bool(original.args) and original.args[0] in REFUSALS


def words_of(error: Exception) -> Sequence[str]:
    """Return what the database said, each thing once; the rows that it counts are not those of the sheet."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    said = (
        original.warnings
        if isinstance(original, LoadError)
        else [str(error if original is None else original.args[-1])]
    )
    return list(dict.fromkeys(_PLACE.sub("", text) for text in said))[:SHOWN_WORDS] or ["it does not say why"]
