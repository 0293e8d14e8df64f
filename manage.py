#!/usr/bin/env python
"""`python manage.py CMD` is `flask CMD`, from any folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    """Run the command line."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("FLASK_APP", str(ROOT / "app"))
    try:
        from commands.group import OpsdeskGroup

        OpsdeskGroup().main()
    except KeyboardInterrupt:  # before the command line was there to say so itself
        sys.stderr.write("Interrupted.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
