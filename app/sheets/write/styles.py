"""The styles of the cells that are written: number formats, bold headers, texts that are never formulas."""

from __future__ import annotations

from typing import NamedTuple
from xml.sax.saxutils import quoteattr

GENERAL = "General"
AS_TEXT = "@"
# Formats that Excel has by a number (ECMA-376 part 1, 18.8.30); the first of one's own is 164.
BUILT_IN = {GENERAL: 0, "0": 1, "0.00": 2, AS_TEXT: 49}
FIRST_OWN = 164
FONT = '<sz val="11"/><name val="Calibri"/><family val="2"/>'


class Style(NamedTuple):
    """How a cell is shown.

    Attributes:
        is_quoted: Excel shows it with an apostrophe in front, and takes it for a text when somebody edits it.
    """

    format: str = GENERAL
    is_quoted: bool = False
    is_bold: bool = False


PLAIN = Style()
HEADER = Style(is_bold=True)


class Styles:
    """The styles of a workbook, numbered as they come."""

    def __init__(self) -> None:
        """Begin with a plain one."""
        self._numbers: dict[Style, int] = {PLAIN: 0}

    def attribute(self, style: Style) -> str:
        """Return what a cell's tag says of its style: ` s="3"`; nothing of the plain one."""
        number = self._numbers.setdefault(style, len(self._numbers))
        return f' s="{number}"' if number else ""

    def xml(self) -> str:
        """Return the part `xl/styles.xml`."""
        own = [code for code in dict.fromkeys(style.format for style in self._numbers) if code not in BUILT_IN]
        numbers = {**BUILT_IN, **{code: FIRST_OWN + place for place, code in enumerate(own)}}
        formats = "".join(f'<numFmt numFmtId="{numbers[code]}" formatCode={quoteattr(code)}/>' for code in own)
        cells = "".join(_cell_format(style, numbers[style.format]) for style in self._numbers)
        return (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
            + (f'<numFmts count="{len(own)}">{formats}</numFmts>' if own else "")
            + f'<fonts count="2"><font>{FONT}</font><font><b/>{FONT}</font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill>'
            '<fill><patternFill patternType="gray125"/></fill></fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{len(self._numbers)}">{cells}</cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        )


def _cell_format(style: Style, number: int) -> str:
    applied = ' applyNumberFormat="1"' * bool(number) + ' applyFont="1"' * style.is_bold
    quoted = ' quotePrefix="1"' * style.is_quoted
    return f'<xf numFmtId="{number}" fontId="{int(style.is_bold)}" fillId="0" borderId="0" xfId="0"{quoted}{applied}/>'
