"""Whether what is compiled is there to be tested."""

from __future__ import annotations

import os

import pytest

from app.sheets.aggregate import CompiledTotals
from app.sheets.straight import IS_COMPILED

needs_compiler = pytest.mark.skipif(
    not (IS_COMPILED and CompiledTotals) and os.environ.get("CI") != "true",
    reason="Nothing is compiled: see what flask doctor says.",
)
