"""One thing that is wrong with a script."""

from __future__ import annotations

from typing import NamedTuple

ERROR = "error"
WARNING = "warning"


class Finding(NamedTuple):
    """Where, how bad (error or warning), and a sentence that says what is wrong."""

    path: str
    line: int
    level: str
    message: str

    def __str__(self) -> str:
        """Return it as editors read it: `offline_script/li/x.py:3: error: …`."""
        return f"{self.path}:{self.line}: {self.level}: {self.message}"
