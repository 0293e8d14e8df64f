"""What the console and the API share: who asks, what each answer says, how a failure is told."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

# What comes before the console's and the API's own parts, by its module, and what comes after them. Flask calls what
# is done with an answer in the opposite order: an answer has its headers where counting it fails, which is done last.
FIRST = ("proxies", "visits", "static_files", "failures")
LAST = ("answers", "headers")


def init_app(app: Flask) -> None:
    """Begin with who asks."""
    _add(app, FIRST)


def end_app(app: Flask) -> None:
    """End with what every answer says."""
    _add(app, LAST)


def _add(app: Flask, parts: tuple[str, ...]) -> None:
    for part in parts:
        import_module(f"app.http.{part}").init_app(app)
