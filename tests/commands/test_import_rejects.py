"""`flask import-excel --rejects`: what cannot be loaded, mended and imported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.faults.small_disk import fill, small_disk
from tests.importing import rows_of, sql
from tests.workbooks import read_cells

Importer = Callable[..., Result]

# Which database it is makes no difference.
on_one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
HEADERS = ["sku", "title", "price", "stock", "made", "at", "hour", "sold"]
NO_TEXTS = ("=1+1", "#N/A")
GOOD = ["A1", "nails 钉子 🔩", 2.5, 3, date(2024, 6, 10), datetime(2024, 6, 10, 8, 30), time(12, 30), True]


@pytest.fixture
def goods(app: Flask) -> str:
    """Make a table with columns of many kinds, which no model knows."""
    sql(
        "CREATE TABLE goods (sku VARCHAR(10) NOT NULL PRIMARY KEY, title VARCHAR(20) NOT NULL, price DECIMAL(8,2),"
        " stock INT NOT NULL, made DATE, at DATETIME, hour TIME, sold BOOLEAN,"
        " CONSTRAINT price_is_positive CHECK (price >= 0))"
    )
    return "goods"


@pytest.fixture
def import_excel(goods: str, cli: FlaskCliRunner) -> Importer:
    """Run `flask import-excel FILE... goods` in this process."""

    def run(*args: object) -> Result:
        return cli.invoke(args=["import-excel", *map(str, args)])

    return run


def write(path: Path, rows: Sequence[Sequence[Any]], sheet: str = "货") -> Path:
    """Write a workbook."""
    book = openpyxl.Workbook()
    book.worksheets[0].title = sheet
    for number, row in enumerate((HEADERS, *rows), start=1):
        for place, value in enumerate(row, start=1):
            cell = book.worksheets[0].cell(number, place, value)
            if isinstance(value, str) and value not in NO_TEXTS:
                cell.data_type = "s"  # also where it begins like a formula
    book.save(path)
    return path


def with_bad(**cells: Any) -> list[Any]:
    """Return the good row with other cells."""
    return [cells.get(header, value) for header, value in zip(HEADERS, GOOD, strict=True)]


def test_rejected_rows_are_in_the_workbook_and_nothing_is_written(import_excel: Importer, tmp_path: Path) -> None:
    source = write(tmp_path / "june.xlsx", [GOOD, with_bad(sku="B2", stock=1.5, made="07/08/2024")])
    target = tmp_path / "rejects.xlsx"
    result = import_excel(source, "goods", "--rejects", target)
    assert result.exit_code == 3, result.stderr
    assert str(target) in result.stderr
    assert rows_of("goods") == []
    cells = read_cells(target, "货")
    assert [cells[f"{letter}1"] for letter in "AHIJ"] == ["sku", "sold", "_row", "_error"]
    assert [cells[f"{letter}2"] for letter in "ADFGHI"] == ["B2", 1.5, GOOD[5], GOOD[6], True, 3]
    assert cells["J2"] == ("stock: takes whole numbers; made: could be two dates; say --date-order DMY, MDY or YMD")


def test_rows_that_the_table_forbids_are_in_the_workbook(import_excel: Importer, tmp_path: Path) -> None:
    assert import_excel(write(tmp_path / "may.xlsx", [GOOD]), "goods").exit_code == 0
    target = tmp_path / "rejects.xlsx"
    result = import_excel(write(tmp_path / "june.xlsx", [with_bad(sku="B2"), GOOD]), "goods", "--rejects", target)
    assert result.exit_code == 3, result.stderr
    cells = read_cells(target)
    assert (cells["A2"], cells["I2"], cells["J2"]) == ("A1", 3, "sku: is already in goods (key PRIMARY)")
    assert "A3" not in cells


@on_one_database
@pytest.mark.parametrize("what", ["rejects", "input"])
def test_no_file_is_written_over(what: str, import_excel: Importer, tmp_path: Path) -> None:
    source = write(tmp_path / "june.xlsx", [with_bad(stock=1.5)])
    target = source if what == "input" else write(tmp_path / "rejects.xlsx", [])
    before = target.read_bytes()
    result = import_excel(source, "goods", "--rejects", target)
    assert result.exit_code == 5
    assert f"There is a file {target} already." in result.stderr
    assert "Name another one with --rejects" in result.stderr
    assert target.read_bytes() == before


def test_rows_are_not_loaded_without_those_that_cannot_be_written_down(import_excel: Importer, tmp_path: Path) -> None:
    source = write(tmp_path / "june.xlsx", [GOOD, with_bad(sku="B2", stock=1.5)])
    with small_disk(tmp_path / "disk", 1) as disk:
        filler = fill(disk, 4096)
        result = import_excel(source, "goods", "--on-error", "skip", "--rejects", disk / "rejects.xlsx")
        assert result.exit_code == 1
        assert "No space left on device" in result.stderr
        assert rows_of("goods") == []
        assert list(disk.iterdir()) == [filler]
        filler.unlink()
        result = import_excel(source, "goods", "--on-error", "skip", "--rejects", disk / "rejects.xlsx")
        assert_imported(result)
        assert read_cells(disk / "rejects.xlsx")["A2"] == "B2"
    assert [row[0] for row in rows_of("goods")] == ["A1"]


@on_one_database
def test_a_dry_run_writes_the_rejects_alone(import_excel: Importer, tmp_path: Path) -> None:
    source = write(tmp_path / "june.xlsx", [GOOD, with_bad(sku="B2", stock=1.5)])
    target = tmp_path / "rejects.xlsx"
    assert_imported(import_excel(source, "goods", "--on-error", "skip", "--dry-run", "--rejects", target))
    assert read_cells(target)["A2"] == "B2"
    assert rows_of("goods") == []


@on_one_database
def test_without_rejects_there_is_no_workbook(import_excel: Importer, tmp_path: Path) -> None:
    result = import_excel(write(tmp_path / "june.xlsx", [GOOD]), "goods", "--rejects", tmp_path / "rejects.xlsx")
    assert result.exit_code == 0, result.stderr
    assert not (tmp_path / "rejects.xlsx").exists()


@on_one_database
def test_what_max_errors_leaves_out_is_told(import_excel: Importer, tmp_path: Path) -> None:
    source = write(tmp_path / "june.xlsx", [with_bad(sku=f"A{n}", stock=1.5) for n in range(5)])
    target = tmp_path / "rejects.xlsx"
    result = import_excel(source, "goods", "--rejects", target, "--max-errors", 2)
    assert result.exit_code == 3
    assert "3 rows more cannot be loaded either; --max-errors kept them out of the file." in result.stderr
    assert openpyxl.load_workbook(target)["货"].max_row == 3


def test_several_files_have_a_sheet_each_and_go_in_again_by_all_sheets(import_excel: Importer, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    files = [
        write(tmp_path / name, [with_bad(sku=f"{number}", stock=1.5)])
        for number, name in enumerate(["june.xlsx", "a/july.xlsx", "b/july.xlsx"])
    ]
    target = tmp_path / "rejects.xlsx"
    result = import_excel(*files, "goods", "--rejects", target)
    assert result.exit_code == 3, result.stderr
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["june 货", "july 货", "july 货 2"]
    for number, sheet in enumerate(book.worksheets):
        assert sheet["A2"].value == f"{number}"
        sheet["D2"] = number
    book.save(target)
    result = import_excel(target, "goods", "--all-sheets")
    assert result.exit_code == 0, result.stderr
    assert [(row[0], row[3]) for row in rows_of("goods")] == [("0", 0), ("1", 1), ("2", 2)]


def test_a_text_file_is_mended_in_a_workbook(import_excel: Importer, tmp_path: Path) -> None:
    source = tmp_path / "june.csv"
    source.write_text('sku,title,stock\nA1,nails,1\n007,"a \nb",x\nB2,too,many,fields\n', encoding="utf-8")
    target = tmp_path / "rejects.xlsx"
    assert import_excel(source, "goods", "--rejects", target).exit_code == 3
    refused = import_excel(target, "goods")
    assert refused.exit_code == 3
    assert '"(field 4)" is not in the table' in refused.stderr
    book = openpyxl.load_workbook(target)
    sheet = book["june"]
    assert [cell.value for cell in sheet[3]][:4] == ["B2", "too", "many", "fields"]
    sheet["C2"], sheet["C3"] = 5, 6
    sheet.delete_cols(4)
    book.save(target)
    result = import_excel(target, "goods")
    assert result.exit_code == 0, result.stderr
    assert [row[:4] for row in rows_of("goods")] == [("007", "a \nb", None, 5), ("B2", "too", None, 6)]


BREAKS_THE_CHECK = -5
BAD: dict[str, list[Any]] = {
    "sku": [None, "longer than ten characters"],
    "title": [None, "x" * 21, 1234567890123456789],
    "price": ["a lot", 1.234, "=1+1", 12345678, BREAKS_THE_CHECK],
    "stock": [None, 1.5, True, "#N/A"],
    "made": [45000, "07/08/2024", datetime(2024, 6, 10, 12, 30)],
    "at": ["yesterday", True],
    "hour": ["25:00", 1.25],
    "sold": ["perhaps", 2],
}
GOOD_ROWS = st.tuples(
    st.text("abcAB12_-=", min_size=1, max_size=6),
    st.text("纸 nail=+_x000D_\n", min_size=1, max_size=20),
    st.one_of(st.none(), st.decimals(0, 99_999, places=2).map(float)),
    st.integers(-(2**31), 2**31 - 1),
    st.one_of(st.none(), st.dates(date(1900, 3, 1), date(2100, 1, 1))),
    st.one_of(
        st.none(), st.datetimes(datetime(1970, 1, 2), datetime(2037, 1, 1)).map(lambda d: d.replace(microsecond=0))
    ),
    st.one_of(st.none(), st.times().map(lambda t: t.replace(microsecond=0))),
    st.one_of(st.none(), st.booleans()),
)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[tuple[Any, ...]], dict[tuple[int, int], Any]]:
    """Draw good rows, and bad cells by their places in them."""
    rows = draw(st.lists(GOOD_ROWS, min_size=2, max_size=12, unique_by=lambda row: row[0].casefold()))
    places = st.tuples(st.integers(0, len(rows) - 1), st.integers(0, len(HEADERS) - 1))
    bad = draw(st.sets(places, min_size=1, max_size=8))
    return rows, {place: draw(st.sampled_from(BAD[HEADERS[place[1]]])) for place in sorted(bad)}


@settings(
    max_examples=5, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=sheets(), skips=st.booleans())
def test_mended_rejects_give_what_a_good_sheet_gives(
    drawn: tuple[list[tuple[Any, ...]], dict[tuple[int, int], Any]],
    skips: bool,
    import_excel: Importer,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rows, bad = drawn
    folder = tmp_path_factory.mktemp("round")
    sql("DELETE FROM goods")
    good_sheet = write(folder / "good.xlsx", rows)
    assert_imported(import_excel(good_sheet, "goods", "--again"))
    wanted = rows_of("goods")
    sql("DELETE FROM goods")
    spoilt = [[bad.get((number, place), value) for place, value in enumerate(row)] for number, row in enumerate(rows)]
    source, rejects = write(folder / "bad.xlsx", spoilt), folder / "rejects.xlsx"
    result = import_excel(source, "goods", "--rejects", rejects, *(["--on-error", "skip"] if skips else []))
    bad_rows = {number for number, _ in bad}
    if skips and len(bad_rows) < len(rows):
        assert_imported(result)
    else:
        assert result.exit_code == 3, result.stderr
        others = [row for number, row in enumerate(rows) if number not in bad_rows]
        assert_imported(import_excel(write(folder / "others.xlsx", others), "goods", "--again"))
    assert mended(rejects, rows, bad) == bad_rows
    assert_imported(import_excel(rejects, "goods", "--again"))
    assert rows_of("goods") == wanted


def assert_imported(result: Result) -> None:
    """Check that an import has succeeded."""
    assert result.exit_code == 0, result.stderr


def mended(path: Path, rows: Sequence[Sequence[Any]], bad: dict[tuple[int, int], Any]) -> set[int]:
    """Put good values into the marked cells of a file of rejects, and return which rows were in it."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    found = set()
    for cells in sheet.iter_rows(min_row=2):
        number = int(cells[len(HEADERS)].value) - 2
        found.add(number)
        marked = {place for place, cell in enumerate(cells) if cell.fill.fill_type == "solid"}
        wrong = {place: value for (row, place), value in bad.items() if row == number}
        # What the table forbids is looked for in rows whose cells can all be stored.
        assert marked == ({place for place, value in wrong.items() if value != BREAKS_THE_CHECK} or set(wrong))
        for place in wrong:
            cells[place].value = rows[number][place]
            if isinstance(rows[number][place], str):
                cells[place].data_type = "s"
    book.save(path)
    return found


def test_decimals_keep_their_digits(import_excel: Importer, tmp_path: Path) -> None:
    source = write(tmp_path / "june.xlsx", [with_bad(price=123456.78, stock=1.5)])
    target = tmp_path / "rejects.xlsx"
    assert import_excel(source, "goods", "--rejects", target).exit_code == 3
    book = openpyxl.load_workbook(target)
    book.worksheets[0]["D2"] = 1
    book.save(target)
    assert_imported(import_excel(target, "goods"))
    assert Decimal(str(rows_of("goods")[0][2])) == Decimal("123456.78")
