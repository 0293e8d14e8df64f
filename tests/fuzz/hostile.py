"""The corpus of hostile files, made anew every time: `python -m tests.fuzz.hostile FOLDER` writes it out."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fuzz.archives import ARCHIVES
from tests.fuzz.grids import GRIDS
from tests.fuzz.markup import MARKUP
from tests.fuzz.packages import PACKAGES

HOSTILE = {**ARCHIVES, **PACKAGES, **MARKUP, **GRIDS}


def main() -> None:
    """Write every file into a folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for name, file in HOSTILE.items():
        (folder / (name.replace(" ", "_") + file.suffix)).write_bytes(file.make())


if __name__ == "__main__":
    main()
