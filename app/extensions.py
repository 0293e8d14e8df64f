"""The extensions: `create_app()` binds them to an application, but for Flask-Migrate, which most commands need not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData

if TYPE_CHECKING:
    from flask_migrate import Migrate

# Every constraint has a name that can be guessed, so that migrations can alter it on every database
# (Alembic documentation, "The Importance of Naming Constraints").
NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

db = SQLAlchemy(metadata=MetaData(naming_convention=NAMING_CONVENTION))


def migrate_of(app: Flask) -> Migrate:
    """Return the application's Flask-Migrate, bound when first asked for: its import takes 0.2 s."""
    if "migrate" not in app.extensions:
        from flask_migrate import Migrate

        Migrate(app, db, directory=str(Path(app.root_path).parent / "migrations"))
    return app.extensions["migrate"].migrate
