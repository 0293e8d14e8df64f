"""What makes a Click command a script."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click import Command, UsageError

from app.errors import Failed

__all__ = ["Script", "UsageError", "script"]

# What a script may wait for: a function that gets the run and returns why to wait, or an SQL query whose first value
# says so by being neither NULL, 0 nor blank.
Pause = Callable[[Any], object] | str


class Script(Command):
    """A Click command that only the runner calls: `callback(run, **parameters)`.

    Attributes:
        owner: who answers for it.
        id: the name of its history, which stays when the file is renamed; its first file name if none is declared.
        timeout: seconds after which a run of it is broken off; None: never.
        run_once: a second success is refused.
        read_only: it only reads: no write lock is taken, and whatever would write is refused.
        pause_while: wait between batches while this says so.
        path: its file.
    """

    owner: str
    id: str
    timeout: float | None
    run_once: bool
    read_only: bool
    pause_while: Pause | None
    path: Path

    def main(self, *_args: Any, **_settings: Any) -> Any:
        """Become `python manage.py script run FILE ARGS`: a script started as a file takes the same road."""
        manage = next((folder / "manage.py" for folder in self.path.parents if (folder / "manage.py").exists()), None)
        if manage is None:
            raise SystemExit(f"Error: there is no manage.py above {self.path}.")
        command = [sys.executable, str(manage), "script", "run", str(self.path), *sys.argv[1:]]
        os.execv(sys.executable, command)  # noqa: S606 - a list, and this very Python


def script(
    *,
    owner: str,
    id: str = "",
    timeout: float | None = None,
    run_once: bool = False,
    read_only: bool = False,
    pause_while: Pause | None = None,
) -> Callable[[Callable[..., Any]], Script]:
    """Make a script of a function and the Click options under it: `def main(run, ...)`.

    Its help is the docstring of its module. See `Script` for the arguments.
    """

    def decorate(function: Callable[..., Any]) -> Script:
        path = Path(inspect.getfile(function)).absolute()  # a link keeps the name by which it was found
        if "run" not in inspect.signature(function).parameters:
            raise Failed(f"{path.name}: {function.__name__}() takes no run.", "Its first argument is the run.")
        made = Script(
            name=path.stem,
            callback=function,
            params=list(reversed(getattr(function, "__click_params__", []))),
            help=inspect.cleandoc(function.__globals__.get("__doc__") or ""),
        )
        made.owner, made.id, made.path = owner, id or path.stem, path
        made.timeout, made.run_once, made.read_only, made.pause_while = timeout, run_once, read_only, pause_while
        return made

    return decorate
