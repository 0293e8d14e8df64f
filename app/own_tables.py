"""The project's own tables, by what they are to imports and to scripts."""

from __future__ import annotations

# What is on record: any process writes it at any time, and no command but those of the ledger and of migrations.
RECORDS = frozenset(
    {
        "alembic_version",
        "api_tokens",
        "before_images",
        "checkpoints",
        "idempotency_keys",
        "imported_sheets",
        "rate_limits",
        "run_failures",
        "run_moves",
        "run_requests",
        "runs",
        "seeds",
        "sessions",
        "upload_imports",
        "uploads",
    }
)
# What no sheet is imported into.
PROTECTED = RECORDS | {"users"}
