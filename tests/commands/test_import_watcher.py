"""What an import shows and asks on the terminal: nothing of a workbook reaches it as a command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from app.services.imports import Head, Outcome, Plan, Rejections, SheetReport
from app.sheets.plan import MappedColumn
from app.sheets.table import Column, Table
from commands.import_report import print_outcome
from commands.import_watcher import TerminalWatcher

EVIL = "a\x1b[2J\x9b1m\n\u202eb"
SHOWN = "a�[2J�1m⏎�b"
COLUMN = Column("sku", "text", "VARCHAR(9)")


def shown_by(body: Callable[[], object], answer: str = "") -> Result:
    """Return what a command whose body is `body` shows, and what comes of it."""
    return CliRunner().invoke(click.Command("show", callback=body), input=answer)


def test_the_plan_shows_what_a_terminal_would_obey() -> None:
    plan = Plan(EVIL, 1, Table("goods", (COLUMN,), ()), (MappedColumn(0, EVIL, COLUMN, "--map"),), ((1, EVIL),))
    result = shown_by(lambda: TerminalWatcher(yes=False).planned(Path(f"{EVIL}.xlsx"), Head(EVIL, 1, []), plan))
    assert result.exit_code == 0, result.stderr
    assert result.stderr.splitlines() == [
        f'{SHOWN}.xlsx · sheet "{SHOWN}" · header in row 1',
        f"  {SHOWN} → sku  VARCHAR(9)  by --map",
        f"  {SHOWN} (left out)",
    ]


def test_the_question_about_headers_shows_what_a_terminal_would_obey(monkeypatch: pytest.MonkeyPatch) -> None:
    watcher = TerminalWatcher(yes=False)
    monkeypatch.setattr(watcher, "_asks", True)
    result = shown_by(lambda: watcher.leave_out([EVIL, "x"]), answer="n\n")
    assert result.exit_code == 0
    assert f'Not in the table: "{SHOWN}", "x". Leave out? [y/N]' in result.stderr


def test_the_new_table_shows_what_a_terminal_would_obey() -> None:
    head = Head(EVIL, 1, [])
    result = shown_by(lambda: TerminalWatcher(yes=True).create("goods", [(EVIL, "INT")], head, 2))
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [f'New table goods for sheet "{SHOWN}", 2 rows:', f"  {SHOWN}  INT"]


def test_the_outcome_shows_what_a_terminal_would_obey() -> None:
    outcome = Outcome(
        table="goods",
        rows=0,
        counts={},
        columns=1,
        seconds=1.0,
        run_id=1,
        dry_run=False,
        created=False,
        cannot_undo="",
        sheets=(SheetReport(EVIL, EVIL, 1, 0, 0, (EVIL,)),),
        rejections=Rejections(),
        rejects=None,
        samples=(),
    )
    result = shown_by(lambda: print_outcome(outcome))
    assert result.exit_code == 0, result.stderr
    assert result.stderr.splitlines()[:2] == [
        f'Note: {SHOWN}: the sheet "{SHOWN}" has no rows below its header.',
        f"Note: {SHOWN}: {SHOWN}",
    ]
