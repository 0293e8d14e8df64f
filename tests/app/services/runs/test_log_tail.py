"""The end of a run's log."""

from __future__ import annotations

import pytest
from flask import Flask

from app.models import Run
from app.services import runs
from app.services.runs import log_tail
from app.services.runs.log_tail import Tail, last_lines


@pytest.fixture
def run(app: Flask) -> Run:
    """Record a run without a log."""
    with runs.recorded("import", "六月.xlsx → orders", {}) as record:
        pass
    return runs.get(record.id)


def write(run: Run, text: str) -> None:
    """Write the run's log."""
    folder = runs.folder_of(run.id, run.token)
    folder.make()
    folder.log.write_text(text, encoding="utf-8", newline="")


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_log_that_is_none_has_no_end(run: Run) -> None:
    assert last_lines(run, 3) == Tail()


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_last_lines_are_given(run: Run) -> None:
    write(run, "一\r\n二\nthree\nfour, unfinished")
    assert last_lines(run, 4) == Tail(("一", "二", "three", "four, unfinished"), False)
    assert last_lines(run, 2) == Tail(("three", "four, unfinished"), True)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_only_the_end_of_a_long_log_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_tail, "TAIL_BYTES", 10)
    write(run, "first line\n第二行\nend\n")
    assert last_lines(run, 9) == Tail(("end",), True)
