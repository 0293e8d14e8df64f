"""Worksheets whose rows are spelled alike, as programs spell them, and here and there otherwise: at random, by a seed.

The fast path learns its pattern from such rows; every spelling here is one that it must take, or leave to expat.
"""

from __future__ import annotations

import re
from random import Random

from tests.workbooks import worksheet

NUMBERS = (
    *("0", "-1", "-0", "007", "+3", ".5", "5.", "1E+5", "1.5E-7", "1e400", "5e-324", "0.30000000000000004", "-", ""),
    *("45453", "45453.5", "60", "2958466", "0.99999999999", "123456789012345", "1234567890123456", "12345678901234567"),
)
TEXTS = (
    *("a", " a", "a b ", "文🙂", "a&amp;b", "&lt;row&gt;", "&#10;", "&#x41;", "&#13;", "a>b", "a]]b", "'\"", " ", "\t"),
    *("x\ny", "x\ry", "\u00a0", "\u0085", "\u2028", "\U0010ffff", "_x0041_", "_x000D_", "_xD83D_", "_x005F_x0041_"),
)
VALUES: dict[str, tuple[str, ...]] = {
    "": NUMBERS,
    "n": NUMBERS,
    "s": ("0", "1", "2", "3", "01", "99", "-1"),
    "b": ("0", "1", "1", "2", "true"),
    "e": ("#N/A", "#REF!", "#DIV/0!", "#x", "N/A"),
    "d": ("2024-06-10", "2024-06-10T08:30:00", "T08:30:00", "2024-06-10T08:30:00.1234567", "2024-13-01", "08:30:00Z"),
    "str": TEXTS,
    "inlineStr": TEXTS,
}
# Texts that only an XML parser refuses.
NOT_WELL_FORMED = ("&bad;", "\x01", "]]>", "&#0;", "&#xD800;", "&#1;", "&", "\ufffe")
FORMULAS = ("", "", "", "<f>A1</f>", "<f/>", '<f t="shared" si="0"/>', '<f t="shared" ref="A1:A2" si="0">SUM(A1)</f>')
STYLES = ("", "", *map(str, range(7)), "9")
LETTERS = ("A", "B", "C", "D", "Z", "AA", "XFD")
ATTRIBUTES = ("", ' spans="1:3"', ' hidden="1"', ' hidden="0"', ' ht="15" customHeight="1"', ' xmlns:y="urn:y"')
_FORMULA = re.compile(r"<f(?:/>| [^>]*/>|[^/]*</f>)")
Column = tuple[str, str, str]  # its letters, the type of its cells, and their style


class Spelled:
    """Random worksheets."""

    def __init__(self, seed: int) -> None:
        """Give those of a seed."""
        self._random = Random(seed)

    def worksheet(self) -> bytes:
        """Return the next worksheet; most of them are well-formed."""
        choose = self._random
        letters = choose.sample(range(len(LETTERS)), choose.randint(1, 5))
        columns = [(LETTERS[n], choose.choice([*VALUES]), choose.choice(STYLES)) for n in sorted(letters)]
        oddities = choose.choice((0, 0, 0.01, 0.03, 0.3))
        texts = NOT_WELL_FORMED if choose.random() < 0.1 else ()
        rows, number = [], 0
        for _ in range(choose.choice((3, 10, 60, 150))):
            number += 1 if choose.random() < 0.97 else choose.randint(2, 50)
            cells = [self._cell(column, number, texts) for column in columns if choose.random() < 0.95]
            row = f'<row r="{number}"{ATTRIBUTES[1]}>{"".join(cells)}</row>'
            rows.append(self._odd(row, number, cells) if choose.random() < oddities else row)
        return worksheet("".join(rows)).encode()

    def _cell(self, column: Column, row: int, bad_texts: tuple[str, ...]) -> str:
        choose = self._random
        letters, kind, style = column
        if choose.random() < 0.05:
            return f'<c r="{letters}{row}" s="1"/>'
        if choose.random() < 0.05:
            kind, style = choose.choice([*VALUES]), choose.choice(STYLES)
        start = f'<c r="{letters}{row}"' + f' s="{style}"' * bool(style) + f' t="{kind}"' * bool(kind) + ">"
        value = choose.choice(bad_texts) if bad_texts and choose.random() < 0.01 else self._value(kind)
        if kind == "inlineStr":
            return f"{start}<is><t>{value}</t></is></c>"
        return f"{start}{choose.choice(FORMULAS)}<v>{value}</v></c>"

    def _value(self, kind: str) -> str:
        choose = self._random
        if kind in ("", "n") and choose.random() < 0.6:
            number = choose.choice((choose.randint(0, 10 ** choose.randint(1, 17)), choose.uniform(-10, 60_000)))
            seconds = choose.randint(0, 2_958_465) + choose.randint(0, 86_399) / 86_400
            return repr(choose.choice((number, seconds, round(number, 6))))
        return choose.choice(VALUES[kind])

    def _odd(self, row: str, number: int, cells: list[str]) -> str:
        """Return a row as no program spells it; formulas stay whole, which the fast path passes over."""
        choose = self._random
        bare = _FORMULA.sub("", row)
        place = choose.randrange(len(bare))
        other = choose.choice((number + 3, max(1, number - 1), 1_048_577, 0, "x"))
        return choose.choice(
            (
                row.replace(f' r="{number}"', "", 1),
                row.replace(ATTRIBUTES[1], choose.choice(ATTRIBUTES)),
                row.replace('"', "'"),
                row.replace("</row>", "<!-- </row> --></row>"),
                row.replace("<v>", "<v><![CDATA[1]]>", 1),
                bare[:place]
                + choose.choice(("<", "&", "x", " ", "</row>", '"'))
                + bare[place + choose.randint(0, 3) :],
                f"<!-- x -->{row}\n ",
                f'<row r="{number}">{"".join(reversed(cells))}</row>',
                f'<row r="{other}">{"".join(cells)}</row>',
                '<row hidden="1"><c t="str"><v>x</v></c><c/></row>',
                f'<row r="{number}"/>',
            )
        )
