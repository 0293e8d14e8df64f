"""What a person says of a file beside its path, and what only they can know."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

# The encodings and delimiters of text files that people choose between.
ENCODINGS = ("utf-8", "gb18030", "big5", "shift_jis", "cp1252")
DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class ReadOptions:
    """How to open a file.

    Attributes:
        password: of an encrypted file; it is never shown.
        encoding: of a text file; "" finds it.
        delimiter: of a text file; "" finds it.
        name: what the file is called, where its path does not say it, as that of a kept file does not.
    """

    password: str = field(default="", repr=False)
    encoding: str = ""
    delimiter: str = ""
    name: str = ""

    def name_of(self, path: Path) -> str:
        """Return what the file at `path` is called."""
        return self.name or path.name


FOUND = ReadOptions()  # all that can be found is found
