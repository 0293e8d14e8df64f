"""Cells as a sheet's XML spells them (ECMA-376 part 1, 18.3.1.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from app.sheets.contents import AS_TEXT, BOOLEAN, NUMBER, TEXT, Content
from app.sheets.write.styles import Style, Styles

# Around what a cell holds, behind its address: the text of its style goes between the two.
AROUND = {
    NUMBER: ("><v>", "</v></c>"),
    BOOLEAN: (' t="b"><v>', "</v></c>"),
    TEXT: (' t="inlineStr"><is><t>', "</t></is></c>"),
}
SPACED = ' t="inlineStr"><is><t xml:space="preserve">'


class Spelled(NamedTuple):
    """The cells of one column in some rows, without `<c r="A1"`.

    Each is `before`, its text, and `after`; a blank one is None.
    """

    before: str
    texts: Sequence[str | None]
    after: str


def style_of(content: Content) -> Style:
    """Return how a cell is shown; a text like a formula is marked as a text twice, since programs differ."""
    return Style(content.format, is_quoted=content.kind == TEXT and content.format == AS_TEXT)


def spelled(content: Content, styles: Styles, style: Style | None = None) -> str:
    """Return one cell without `<c r="A1"`. `style`: another one than the content asks for."""
    before, after = AROUND[content.kind]
    text = content.value if isinstance(content.value, str) else str(int(content.value))
    if content.kind == TEXT:
        before = SPACED if text != text.strip() else before
        text = escape(text)
    return f"{styles.attribute(style or style_of(content))}{before}{text}{after}"
