"""What a script is given: its run."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session


class ScriptRun:
    """The run of a script, its first argument.

    Attributes:
        id: the run's id in the ledger.
        session: a SQLAlchemy session. The runner commits: with each batch, and at the end.
        log: a logger whose lines go to the run's log.
        dry_run: everything will be rolled back.
    """

    id: int
    session: Session
    log: logging.Logger
    dry_run: bool

    @property
    def should_stop(self) -> bool:
        """Tell whether somebody asked the run to stop; `batches` asks this by itself."""
        raise NotImplementedError

    def progress(self, total: int | None = None, done: int | None = None) -> None:
        """Say how many items there are, and how many are done; `batches` counts what is done by itself."""
        raise NotImplementedError

    def batches(
        self,
        source: Select[Any] | Iterable[Any],
        key: Any = None,
        size: int = 500,
        on_error: str = "abort",
    ) -> Iterator[Any]:
        """Yield lists of `size` items; what is done with one is committed, with the checkpoint, before the next."""
        raise NotImplementedError

    def external(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call what reaches outside the database; in a dry run list the call instead, and return None."""
        raise NotImplementedError

    def artifact(self, path: str) -> Path:
        """Return where to write a file that the run leaves, by its name."""
        raise NotImplementedError
