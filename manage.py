#!/usr/bin/env python
"""`python manage.py CMD` is `flask CMD`, from any folder."""

from __future__ import annotations

import gc
import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
REQUIRED = ("flask", "flask_sqlalchemy", "flask_migrate", "pymysql")

# What a command imports is a hundred thousand objects and no garbage: to look for some as often as Python does by
# default takes a sixth of its start.
LOOKS_FOR_GARBAGE_EVERY = 50_000


def check_environment() -> None:
    """End with one sentence where this Python is too old or lacks what the project needs."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever types `python` may have an older one
        sys.exit(f"Error: Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.")
    missing = [name for name in REQUIRED if find_spec(name) is None]
    if missing:
        sys.exit(
            f"Error: {', '.join(missing)} not installed for {sys.executable}.\n"
            "Use the project's own Python: . .venv/bin/activate (made by: make install)"
        )


def main() -> None:
    """Run the command line."""
    check_environment()
    gc.set_threshold(LOOKS_FOR_GARBAGE_EVERY)
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("FLASK_APP", str(ROOT / "app"))
    try:
        from app import create_app
        from commands.group import OpsdeskGroup

        OpsdeskGroup(create_app).main()
    except KeyboardInterrupt:  # before the command line was there to say so itself
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
