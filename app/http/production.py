"""Whether what is asked here is asked of production."""

from __future__ import annotations

from flask import current_app


def is_production() -> bool:
    """Tell whether this installation's database is the one that people work with."""
    return bool(current_app.config["PRODUCTION"])
