"""The API: /api/v1 for programs, over the same services, roles and ledger as the console and the command line."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

# Every resource, by its module or package in this folder; each names its blueprint `blueprint`.
RESOURCES = ("documentation", "health", "metrics", "me", "users", "tables", "exports", "imports", "scripts", "runs")
# What all resources share, by its module; Flask calls what comes before a view in this order.
PARTS = ("problems", "limits", "access", "bodies", "spec", "metrics")


def init_app(app: Flask) -> None:
    """Add the API to an application: first who asks and what they may, then the resources."""
    for part in PARTS:
        import_module(f"app.api.{part}").init_app(app)
    for resource in RESOURCES:
        app.register_blueprint(import_module(f"app.api.{resource}").blueprint)
