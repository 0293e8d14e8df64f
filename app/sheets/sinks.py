"""Who takes converted rows."""

from __future__ import annotations

TEXT = "text"  # LOAD DATA: lines of tab-separated fields
COLUMNS = "columns"  # INSERT with placeholders: a list of columns
