"""What a script prints, kept apart from the JSON that a command prints."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext, redirect_stdout


def prints_aside(json_: bool = True) -> AbstractContextManager[object]:
    """Have what is printed inside go to stderr, if stdout is for JSON."""
    return redirect_stdout(sys.stderr) if json_ else nullcontext()
