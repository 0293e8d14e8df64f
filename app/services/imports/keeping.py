"""Keep the files of an import that can be undone, right before it commits; and say beforehand where it cannot be."""

from __future__ import annotations

from collections.abc import Sequence

from app.services.imports.kept_files import NOTHING_IS_KEPT, Copy, days
from app.services.imports.sources import Source
from app.sheets.undo import key_among


def lack_beforehand(sources: Sequence[Source]) -> str:
    """Return why an import into a table that is there could never be undone, without a full stop; "" if it could."""
    if not days():
        return NOTHING_IS_KEPT
    for source in sources:
        if not source.planned.filled_keys():
            return f"{source.planned.table.name} has no key among the imported columns"
    return ""


def keep(sources: Sequence[Source], copies: Sequence[Copy], created: bool) -> str:
    """Keep all files and return ""; or none of them, and return why the import cannot be undone, without a full stop.

    Args:
        created: the import made the table, which is known to hold nothing else.

    Raises:
        Failed: a file was changed while it was imported.
    """
    for copy in copies:
        copy.check_unchanged()
    lacks = [] if created else [_lack_of_key(source) for source in sources]
    lack = next(filter(None, [*lacks, *(copy.lack for copy in copies)]), "")
    if lack:
        return lack
    for copy in copies:
        copy.keep()
    return next((copy.lack for copy in copies if copy.lack), "")


def _lack_of_key(source: Source) -> str:
    summary = source.summary
    key = key_among(source.planned.table, source.columns, summary.filled, summary.good)
    return key if isinstance(key, str) else ""
