"""A workbook of a table for somebody who waits for it: of no table that is too large, and without secrets."""

from __future__ import annotations

from pathlib import Path

from app.errors import Refused
from app.services.browsing import check_browsable
from app.services.exports import Exported, Request, export
from app.services.exports.size import check_size
from app.services.masking import is_secret

MOST_ROWS = 200_000


def export_now(table: str, path: Path, columns: tuple[str, ...] = ()) -> Exported:
    """Write all rows of a table to a new workbook; the database is only read. See `export`.

    Raises:
        NotFound: there is no such table or column, or the table is one of the project's own records.
        Refused: the table is too large, holds passwords, or a column is by its name a secret.
    """
    check_browsable(table)
    secret = [name for name in columns if is_secret(name)]
    if secret:
        raise Refused(f"By their names, these are secrets: {', '.join(secret)}.", "Leave them out.")
    check_size(table, MOST_ROWS)
    return export(Request(table, path, columns), lambda _rows, _share: None)
