"""The limits of reading processes, as the settings say them."""

from __future__ import annotations

from flask import current_app

from app.sheets.process import Limits
from app.sheets.read.limits import ReadLimits


def reading_limits() -> Limits:
    """Return what a process that reads a file may use, and what the file may hold."""
    config = current_app.config
    return Limits(config["IMPORT_MEMORY_MB"], config["IMPORT_TIMEOUT_S"], ReadLimits.of(config))
