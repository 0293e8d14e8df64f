"""The bar of rows: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys

import pexpect
import pytest

from commands import row_bar
from commands.row_bar import RowBar
from tests.conftest import ROOT

SCRIPT = (
    "from commands.row_bar import RowBar\n"
    "bar = RowBar('Reading')\n"
    "bar.start()\n"
    "bar.move(100, 0.5)\n"
    "bar.stop(stays=True)\n"
    "bar.start()\n"
    "bar.move(7, None)\n"
    "bar.stop(stays=False)\n"
)


def test_without_a_terminal_a_line_is_printed_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr(row_bar.time, "monotonic", lambda: now[0])
    bar = RowBar("Reading")
    bar.start()
    for seconds, rows in ((4.9, 1_000), (5.1, 2_000), (9.0, 3_000), (10.3, 4_000)):
        now[0] = 100.0 + seconds
        bar.move(rows, rows / 8_000)
    bar.stop(stays=True)
    assert capsys.readouterr() == ("", "Reading: 2,000 rows, 25%\nReading: 4,000 rows, 50%\n")


def test_a_share_that_nobody_knows_is_not_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bar = RowBar("Exporting")
    monkeypatch.setattr(row_bar, "LINE_EVERY_S", -1.0)
    bar.move(2_000, None)
    assert capsys.readouterr() == ("", "Exporting: 2,000 rows\n")


def test_on_a_terminal_a_bar_is_shown_and_may_be_put_up_again() -> None:
    child = pexpect.spawn(sys.executable, ["-c", SCRIPT], cwd=str(ROOT), encoding="utf-8")
    shown = str(child.read())
    child.wait()  # close() waits a moment only
    child.close()
    assert child.exitstatus == 0, shown
    assert "Reading" in shown
    assert "100 rows" in shown
    assert "50%" in shown
