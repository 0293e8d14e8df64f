"""Hostile and damaged files end in the right rows or in a clear error: in 10 s, and in 256 MiB."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import SHARED_DATA
from tests.fuzz.attack import Attack
from tests.fuzz.hostile import HOSTILE
from tests.fuzz.reading import LIMITS, Limits, Outcome, Readings
from tests.fuzz.samples import ROWS, SMALL_XLSX, bit_flips, every_bit_flip, prefixes

ODD = SHARED_DATA / "odd" / "calamine"
# One process reads many small files, each in its time.
FOR_MANY = Limits(LIMITS.memory_mb, 120)
FLIPS = 300

needs_odd_files = pytest.mark.skipif(not ODD.exists(), reason=f"the odd workbooks are not at {SHARED_DATA}")


@pytest.mark.parametrize("attack", [pytest.param(attack, id=name[:60]) for name, attack in HOSTILE.items()])
def test_a_hostile_file_ends_in_its_rows_or_in_its_error(attack: Attack, tmp_path: Path) -> None:
    with Readings(tmp_path / f"file{attack.suffix}") as readings:
        outcome = readings.of(attack.make())
    check_clear(outcome)
    if outcome.error is None:
        assert outcome.rows == attack.rows
    else:
        assert attack.error
        assert re.search(attack.error, str(outcome.error))


def check_clear(outcome: Outcome) -> None:
    """Check that a file ended in time, and in an error that no exception of our own code has made."""
    assert outcome.is_clear(), outcome
    assert "unknown make" not in str(outcome.error) or "Panic" in str(outcome.error)


def test_the_small_file_that_is_damaged_is_whole(tmp_path: Path) -> None:
    with Readings(tmp_path / "file.xlsx") as readings:
        assert readings.of(SMALL_XLSX).rows == ROWS


def test_every_prefix_of_a_small_file_is_damaged(tmp_path: Path) -> None:
    with Readings(tmp_path / "file.xlsx", FOR_MANY) as readings:
        for data in prefixes(SMALL_XLSX):
            outcome = readings.of(data)
            check_clear(outcome)
            assert outcome.error is not None, len(data)


def test_a_bit_turned_over_in_an_xlsx_changes_no_cell(tmp_path: Path) -> None:
    with Readings(tmp_path / "file.xlsx", FOR_MANY) as readings:
        for data in bit_flips(SMALL_XLSX, FLIPS):
            outcome = readings.of(data)
            check_clear(outcome)
            assert outcome.error is not None or outcome.rows == ROWS


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_no_bit_turned_over_in_an_xlsx_changes_a_cell(tmp_path: Path) -> None:
    with Readings(tmp_path / "file.xlsx", FOR_MANY) as readings:
        for data in every_bit_flip(SMALL_XLSX):
            outcome = readings.of(data)
            check_clear(outcome)
            assert outcome.error is not None or outcome.rows == ROWS


@needs_odd_files
@pytest.mark.parametrize("name", ["date.xlsb", "any_sheets.xlsb", "date.ods", "any_sheets.ods"])
def test_a_bit_turned_over_in_an_xlsb_or_ods_changes_no_cell(name: str, tmp_path: Path) -> None:
    with Readings(tmp_path / name, FOR_MANY) as readings:
        whole = (ODD / name).read_bytes()
        rows = readings.of(whole).rows
        assert rows
        for data in bit_flips(whole, FLIPS):
            outcome = readings.of(data)
            check_clear(outcome)
            assert outcome.error is not None or outcome.rows == rows


@needs_odd_files
@pytest.mark.parametrize("name", ["date.xls", "any_sheets.xls", "merged_range.xls"])
def test_a_bit_turned_over_in_an_xls_which_has_no_checksums_ends_clearly(name: str, tmp_path: Path) -> None:
    with Readings(tmp_path / name, FOR_MANY) as readings:
        for data in bit_flips((ODD / name).read_bytes(), FLIPS):
            check_clear(readings.of(data))


@needs_odd_files
@pytest.mark.parametrize("name", ["date.xlsb", "date.ods", "date.xls"])
def test_a_file_of_another_kind_that_was_cut_off_ends_clearly(name: str, tmp_path: Path) -> None:
    whole = (ODD / name).read_bytes()
    with Readings(tmp_path / name, FOR_MANY) as readings:
        for length in range(0, len(whole), 25):
            check_clear(readings.of(whole[:length]))
