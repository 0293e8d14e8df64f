"""The names of reflected columns and keys."""

from __future__ import annotations

import sqlalchemy as sa


def plain(name: str, dialect: sa.Dialect) -> str:
    """Return a reflected name as it is; SQLAlchemy reads MySQL's out of SHOW CREATE TABLE with ` doubled."""
    return name if dialect.name == "sqlite" else name.replace("``", "`")
