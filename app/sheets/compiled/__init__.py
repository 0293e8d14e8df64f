"""What is compiled, for speed alone: without it everything works to the same effect, and an import takes longer."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def compiled(name: str) -> Any:
    """Return a module of this package; None where there was no C compiler, or a source has changed since."""
    try:
        return import_module(f"{__name__}.{name}") if all(map(_is_current, FOLDER.glob("*.pyx"))) else None
    except ImportError:
        return None


def _is_current(source: Path) -> bool:
    module = import_module(f"{__name__}.{source.stem}")
    return source.stat().st_mtime <= Path(str(module.__file__)).stat().st_mtime
