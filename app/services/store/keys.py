"""Names of objects: relative paths of plain parts, such that none leads out of the store."""

from __future__ import annotations

import unicodedata

from app.errors import Refused

# What s3fs or a web address takes for more than itself.
_ESCAPED = str.maketrans({character: f"%{ord(character):02X}" for character in "%?#*[]"})


def checked(key: str) -> str:
    """Return a key as the store has it.

    Raises:
        Refused: it is none: it is absolute, leads upwards, or has characters that no name has.
    """
    parts = key.split("/")
    if not all(map(_is_plain, parts)):
        raise Refused("This is no name for a file in the store.")
    return key.translate(_ESCAPED)


def _is_plain(part: str) -> bool:
    seen = not any(unicodedata.category(character) == "Cc" or character == "\\" for character in part)
    return seen and part not in ("", ".", "..")
