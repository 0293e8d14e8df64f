"""opsdesk: the back office of a Flask + SQL application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

# Nothing heavy is imported here: the process that reads workbooks imports this package too, and needs no Flask.


def create_app(config: str | Mapping[str, Any] | None = None) -> Flask:
    """Make the application: read the settings, bind the extensions, register the commands.

    Args:
        config: the name of a config class, or a mapping of settings laid over the one that `FLASK_CONFIG` names.

    Raises:
        ConfigError: settings that cannot be used, or production without a real secret key.
    """
    from flask import Flask

    import commands
    from app import config as configuration
    from app import engine, logs, secret_key
    from app.extensions import db, migrate

    settings = configuration.load(config)
    app = Flask(__name__, instance_path=configuration.instance_path(settings))
    app.config.from_mapping(settings)
    logs.configure(production=app.config["PRODUCTION"])
    secret_key.init_app(app)
    engine.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(configuration.ROOT / "migrations"))
    commands.register(app)
    return app
