"""opsdesk: the back office of a Flask + SQL application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

# Nothing heavy is imported here: the process that reads workbooks imports this package too, and needs no Flask.


def create_app(config: str | Mapping[str, Any] | None = None, console: bool = True) -> Flask:
    """Make the application: read the settings, bind the extensions, add the console, the API and the commands.

    Args:
        config: the name of a config class, or a mapping of settings laid over the one that `FLASK_CONFIG` names.
        console: with the web console and the API; a command that serves nobody starts faster without them.

    Raises:
        ConfigError: settings that cannot be used, or production without a real secret key.
    """
    import commands
    from app import config as configuration
    from app import engine, logs, receivers, secret_key, store_url
    from app.extensions import db

    settings = configuration.load(config)
    app = _flask(console, configuration.instance_path(settings))
    app.config.from_mapping(settings)
    logs.configure(production=app.config["PRODUCTION"])
    secret_key.init_app(app)
    store_url.init_app(app)
    engine.init_app(app, serves=console)
    db.init_app(app)
    receivers.init_app(app)
    if console:
        from app import api, http, web

        http.init_app(app)
        web.init_app(app)
        api.init_app(app)
        http.end_app(app)
    commands.register(app)
    return app


def _flask(console: bool, instance_path: str) -> Flask:
    """Return the application, still empty; what serves nobody needs no specification of an API."""
    if not console:
        from flask import Flask

        return Flask(__name__, instance_path=instance_path)
    from app.api.spec import Application

    return Application(__name__, instance_path)
