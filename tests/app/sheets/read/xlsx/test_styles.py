"""The styles of a workbook: which reader reads the numbers of a cell."""

from __future__ import annotations

import io
from datetime import date

import pytest

from app.sheets.cells import Padded, Unusable
from app.sheets.read.xlsx import styles
from app.sheets.read.xlsx.styles import NumberReader, number_readers
from tests import workbooks


def readers(xml: str, is_1904: bool = False) -> list[NumberReader]:
    """Return the readers of a styles part."""
    return number_readers(io.BytesIO(xml.encode()), is_1904)


def stylesheet(inside: str) -> str:
    """Return a styles part."""
    return f'<styleSheet xmlns="{workbooks.MAIN}" xmlns:x="urn:x">{inside}</styleSheet>'


def test_every_style_has_the_reader_of_its_format() -> None:
    general, builtin, own, padded = readers(workbooks.styles(14, "yyyy-mm-dd", "00000"))
    assert general["45453"] == 45453
    assert builtin["45453"] == date(2024, 6, 10)
    assert own["45453"] == date(2024, 6, 10)
    number = padded["123"]
    assert isinstance(number, Padded)
    assert number.shown == "00123"


def test_a_workbook_without_styles_has_plain_numbers() -> None:
    (reader,) = number_readers(None, False)
    assert reader["45453"] == 45453


def test_the_1904_system_is_that_of_the_workbook() -> None:
    assert readers(workbooks.styles(14), is_1904=True)[1]["0"] == date(1904, 1, 1)


def test_formats_of_conditions_and_named_styles_are_not_those_of_cells() -> None:
    xml = stylesheet(
        '<numFmts><numFmt numFmtId="164" formatCode="0.00"/></numFmts>'
        '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="164"/></cellXfs>'
        '<dxfs><dxf><numFmt numFmtId="164" formatCode="yyyy-mm-dd"/></dxf></dxfs>'
    )
    (reader,) = readers(xml)
    assert reader["45453"] == 45453


def test_elements_of_an_extension_are_no_styles() -> None:
    xml = stylesheet('<cellXfs><xf numFmtId="0"/><x:xf numFmtId="14"/><xf numFmtId="14"/></cellXfs>')
    assert [reader["1"] for reader in readers(xml)] == [1, date(1900, 1, 1)]


@pytest.mark.parametrize("number", ["", "x", "-14", "²", "٣", "1e1", "9" * 5000, "999"])
def test_a_format_number_that_is_none_is_general(number: str) -> None:
    own = f'<numFmts><numFmt numFmtId="{number}" formatCode="0.00"/></numFmts>'
    (reader,) = readers(stylesheet(f'{own}<cellXfs><xf numFmtId="{number}"/></cellXfs>'))
    assert reader["45453"] == 45453


def test_a_format_declared_after_its_use_counts() -> None:
    xml = stylesheet(
        '<cellXfs><xf numFmtId="164"/></cellXfs><numFmts><numFmt numFmtId="164" formatCode="d"/></numFmts>'
    )
    assert readers(xml)[0]["1"] == date(1900, 1, 1)


def test_a_workbook_may_redefine_a_builtin_number() -> None:
    xml = stylesheet(
        '<numFmts><numFmt numFmtId="14" formatCode="0.00"/></numFmts><cellXfs><xf numFmtId="14"/></cellXfs>'
    )
    assert readers(xml)[0]["45453"] == 45453


def test_numbers_are_read_with_blanks_around_them() -> None:
    general, dates = readers(workbooks.styles(14))
    assert general[" 12\n"] == 12
    assert dates["\t45453 "] == date(2024, 6, 10)


def test_what_is_no_number_is_unusable_in_any_style() -> None:
    for reader in readers(workbooks.styles(14, "[h]:mm", "00000")):
        assert isinstance(reader["abc"], Unusable)
        assert isinstance(reader["1e999"], Unusable)
        assert isinstance(reader["nan"], Unusable)


def test_readers_do_not_remember_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(styles, "MOST_REMEMBERED", 10)
    reader = NumberReader(None)
    assert [reader[str(number)] for number in range(100)] == list(range(100))
    assert len(reader) <= 10
