"""The argument that names a workbook to be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class NewWorkbook(click.Path):
    """A file to be written, named *.xlsx."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; a name that Excel would not open is wrong usage."""
        path = Path(str(super().convert(value, param, ctx)))
        if path.suffix.lower() != ".xlsx":
            self.fail(f'"{value}" does not end in .xlsx.', param, ctx)
        return path
