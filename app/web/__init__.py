"""The console: pages for the people of the team, over the same services as the command line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

# Every area of the console, by its package in this folder; each names its blueprint `blueprint`.
AREAS = ("auth", "home", "account", "tokens", "users", "tables", "runs", "scripts", "imports")
# What all areas share, by its module; Flask calls what comes before a view in this order.
PARTS = ("sessions", "limits", "languages", "errors", "access", "bodies", "forms", "rendering", "states", "charts")


def init_app(app: Flask) -> None:
    """Add the console to an application: first who asks, then what they may, then the pages."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in PARTS:
        import_module(f"app.web.{part}").init_app(app)
    for area in AREAS:
        app.register_blueprint(import_module(f"app.web.{area}").blueprint)
