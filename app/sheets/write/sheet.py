"""One worksheet as it is written: its header, its rows, its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack

from app.sheets.cells import column_letters
from app.sheets.contents import Content
from app.sheets.write import parts
from app.sheets.write.archive import Archive
from app.sheets.write.spelled import Spelled, spelled
from app.sheets.write.styles import HEADER, Styles


class SheetWriter:
    """Writes a sheet. `rows`: how many there are below the header; `widths`: of its columns, in characters."""

    def __init__(self, archive: Archive, number: int, name: str, widths: Sequence[float]) -> None:
        """Begin the sheet of that number, counted from 1."""
        self.name, self.widths, self.rows = name, widths, 0
        self._letters = [column_letters(column) for column in range(len(widths))]
        self._open = ExitStack()
        self._part = self._open.enter_context(archive.part(parts.sheet_part(number)))
        self._part.write(parts.sheet_head(widths, is_first=number == 1).encode())

    @property
    def size(self) -> int:
        """Return how many bytes of XML there are."""
        return self._part.size

    def write_header(self, contents: Iterable[Content | None], styles: Styles) -> None:
        """Write row 1, in bold."""
        cells = "".join(
            f'<c r="{letters}1"{spelled(content, styles, HEADER)}'
            for letters, content in zip(self._letters, contents, strict=True)
            if content is not None
        )
        self._part.write(f'<row r="1">{cells}</row>'.encode())

    def write(self, columns: Sequence[Spelled], count: int) -> int:
        """Write some rows, of which all columns are given; return how many of them have no value at all."""
        first = self.rows + 2
        numbers = list(map(str, range(first, first + count)))
        between = ['<row r="']
        fields: list[Sequence[str | None]] = [numbers]
        before = '">'
        for letters, column in zip(self._letters, columns, strict=True):
            start = f'<c r="{letters}'
            if None in column.texts:
                between.append(before)
                fields.append(_with_blanks(start, column, numbers))
                before = ""
            else:
                between += [before + start, f'"{column.before}']
                fields += [numbers, column.texts]
                before = column.after
        self._part.write(_woven([*between, f"{before}</row>"], fields, count).encode())
        self.rows += count
        return _blank_rows(columns, count)

    def finish(self) -> None:
        """Write the end."""
        last = f"{self._letters[-1] if self._letters else 'A'}{self.rows + 1}"
        self._part.write(parts.sheet_tail(last).encode())
        self._open.close()


def _woven(between: Sequence[str], fields: Sequence[Sequence[str | None]], count: int) -> str:
    """Return rows of fields with texts before, between and behind them; templates row by row take longer.

    Args:
        between: one more than there are fields.
        fields: the texts of each in all rows, none of them None.
    """
    width = len(between) + len(fields)
    pieces: list[str | None] = [""] * (width * count)
    for place, text in enumerate(between):
        pieces[2 * place :: width] = [text] * count
    for place, texts in enumerate(fields):
        pieces[2 * place + 1 :: width] = texts
    return "".join(pieces)  # type: ignore[arg-type] # as said of fields


def _with_blanks(start: str, column: Spelled, numbers: Sequence[str]) -> list[str]:
    """Return whole cells, nothing of the blank ones."""
    before, after = column.before, column.after
    return [
        "" if text is None else f'{start}{number}"{before}{text}{after}'
        for number, text in zip(numbers, column.texts, strict=True)
    ]


def _blank_rows(columns: Sequence[Spelled], count: int) -> int:
    if not all(None in column.texts for column in columns):
        return 0
    return (
        sum(not any(cells) for cells in zip(*(column.texts for column in columns), strict=True)) if columns else count
    )
