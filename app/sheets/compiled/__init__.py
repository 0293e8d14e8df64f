"""What is compiled, for speed alone: without it everything works to the same effect, and an import takes longer."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def compiled(name: str) -> Any:
    """Return a module of this package; None where there was no C compiler, or its source has changed since."""
    try:
        module = import_module(f"{__name__}.{name}")
    except ImportError:
        return None
    source, built = FOLDER / f"{name}.pyx", Path(str(module.__file__))
    return None if source.exists() and source.stat().st_mtime > built.stat().st_mtime else module
