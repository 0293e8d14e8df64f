"""How much a file may hold, each limit under the setting that raises it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from app.config import Base
from app.sheets.cells import LAST_COLUMN, Chunk, column_letters
from app.sheets.problems import RefusedFile


@dataclass(frozen=True)
class ReadLimits:
    """What a file may hold: MiB when inflated, times that a part may inflate, parts, shared strings, columns."""

    inflated_mb: int = Base.IMPORT_MAX_INFLATED_MB
    ratio: int = Base.IMPORT_MAX_RATIO
    parts: int = Base.IMPORT_MAX_PARTS
    strings: int = Base.IMPORT_MAX_STRINGS
    columns: int = Base.IMPORT_MAX_COLUMNS

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Return the limits that the settings say."""
        return cls(
            settings["IMPORT_MAX_INFLATED_MB"],
            settings["IMPORT_MAX_RATIO"],
            settings["IMPORT_MAX_PARTS"],
            settings["IMPORT_MAX_STRINGS"],
            settings["IMPORT_MAX_COLUMNS"],
        )


DEFAULT_LIMITS = ReadLimits()


def beyond(what: str, setting: str, most: int) -> RefusedFile:
    """Return the error for a file that goes beyond a limit: `what` says what it has, without a full stop."""
    return RefusedFile(f"{what}; the most is {most:,} ({setting}).", f"Raise {setting} in .env if you trust the file.")


def within_columns(chunks: Iterable[Chunk], limits: ReadLimits) -> Iterator[Chunk]:
    """Yield a sheet's chunks.

    Raises:
        RefusedFile: a cell stands beyond the last column that the limits allow.
    """
    for chunk in chunks:
        check_columns(max(chunk.columns, default=0), limits)
        yield chunk


def check_columns(column: int, limits: ReadLimits) -> None:
    """Raise RefusedFile if there may be no cell in a column, counted from 0."""
    if column >= LAST_COLUMN:
        raise RefusedFile("The sheet has more columns than Excel allows.")
    if column >= limits.columns:
        what = f"The sheet has a cell in column {column_letters(column)}, number {column + 1:,}"
        raise beyond(what, "IMPORT_MAX_COLUMNS", limits.columns)
