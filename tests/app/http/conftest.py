"""What console and API share, seen from a browser: see the console's own fixtures."""

from __future__ import annotations

from tests.app.web.conftest import _quick_hashes, console, log, signed_in, visitor

__all__ = ["_quick_hashes", "console", "log", "signed_in", "visitor"]
