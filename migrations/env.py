"""Alembic's environment: migrate the application's own database, on SQLite and on MySQL."""

from alembic import context
from flask import current_app

import app.models  # noqa: F401 - makes every table known to the metadata

db = current_app.extensions["migrate"].db


def run_offline() -> None:
    """Print the SQL instead of running it: `flask db upgrade --sql`."""
    context.configure(dialect_name=db.engine.dialect.name, target_metadata=db.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Migrate; on SQLite Flask-Migrate alters tables by copying them (Alembic, "Batch Migrations")."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            compare_server_default=False,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
