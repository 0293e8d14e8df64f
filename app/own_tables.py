"""The project's own tables, by what they are to imports and to scripts."""

from __future__ import annotations

# What is on record: any process writes it at any time, and no command but those of the ledger and of migrations.
RECORDS = frozenset(
    {
        "alembic_version",
        "before_images",
        "checkpoints",
        "imported_sheets",
        "run_failures",
        "run_moves",
        "runs",
        "seeds",
        "sessions",
    }
)
# What no sheet is imported into.
PROTECTED = RECORDS | {"users"}
