"""The name of an uploaded file, made safe: one name without a path, in any script, that every system takes."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_BYTES = 200
NAMELESS = "upload"
# What Windows allows in no name (Microsoft, "Naming Files, Paths, and Namespaces").
_UNSAFE = re.compile(r'[<>:"|?*]')


def safe_name(name: str) -> str:
    """Return the last part of a browser's file name without what is unsafe in it: `面料 表.xlsx` stays as it is.

    Control characters, those that turn the direction of writing, and dots at either end go.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(character for character in last if not unicodedata.category(character).startswith("C"))
    return _shortened(_UNSAFE.sub("_", seen).strip(". ")) or NAMELESS


def _shortened(name: str) -> str:
    """Return the name with at most so many bytes; its ending, which tells people what it is, stays."""
    if len(name.encode()) <= LONGEST_BYTES:
        return name
    ending = _cut(PurePosixPath(name).suffix, 20)
    return _cut(name, LONGEST_BYTES - len(ending.encode())).rstrip(". ") + ending


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode("utf-8", "ignore")
