"""Texts as a sheet's XML holds them: escapes and rich text."""

from __future__ import annotations

import re

from app.sheets.cells import Unusable

# ST_Xstring: _x000D_ stands for a character that XML cannot hold, _x005F_ for the underscore that would start such an
# escape (ECMA-376 part 1, 22.9.2.19).
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
HALF_A_CHARACTER = Unusable("holds half of a character, which no database stores")


def unescaped(text: str) -> str | Unusable:
    """Return `text` with its `_xHHHH_` escapes decoded; a surrogate pair becomes the one character it stands for.

    Half of such a pair makes the cell unusable.
    """
    if "_x" not in text:
        return text
    decoded = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    try:
        return decoded.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return HALF_A_CHARACTER


class TextHandlers:
    """Expat handlers that gather the text of one `<si>` or `<is>`: its `<t>` and those of its runs, no phonetics."""

    def __init__(self) -> None:
        """Start with no text."""
        self._parts: list[str] = []
        self._in_text = False
        self._phonetic = 0
        self.start = {"t": self._start_t, "rPh": self._start_phonetic}
        self.end = {"t": self._end_t, "rPh": self._end_phonetic}

    def characters(self, data: str) -> None:
        """Take character data; what is outside a `<t>` does not count."""
        if self._in_text:
            self._parts.append(data)

    def take(self) -> str | Unusable:
        """Return the text gathered since the last call, decoded."""
        text = "".join(self._parts)
        self._parts.clear()
        return unescaped(text)

    def _start_t(self, _attributes: dict[str, str]) -> None:
        self._in_text = not self._phonetic

    def _end_t(self) -> None:
        self._in_text = False

    def _start_phonetic(self, _attributes: dict[str, str]) -> None:
        self._phonetic += 1

    def _end_phonetic(self) -> None:
        self._phonetic -= 1
