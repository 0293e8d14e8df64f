"""Imports and undos that are queued, each done by a process of its own."""

from __future__ import annotations

import openpyxl
import pytest
from flask import Flask

from app.asker import asking
from app.errors import Conflict, NotFound
from app.services import runs
from app.services.imports import MODES
from app.services.queue import queue_import, queue_undo
from tests.app.services.queue.queues import BAD, GOOD, LI, ended, output_of, request, requests, result_of
from tests.importing import Book, rows_of


def test_an_import_is_done_by_a_process_of_its_own(app: Flask, lines: str, book: Book) -> None:
    with asking(LI):
        run_id = queue_import(request(book(GOOD)))
    run = ended(run_id)
    assert (run.state, run.error) == ("succeeded", None), output_of(run_id)
    assert rows_of(lines, "id, name") == [(1, "Alt"), (2, "面料"), (3, "Knopf")]
    assert (run.operator, run.name, run.kind) == ("li", "六月.xlsx → order_lines", "import")
    assert run.rows == {lines: {"inserted": 2}}
    assert run.lock_name == f"table:{lines}"
    assert (run.progress_done, run.progress_total) == (2, 2)
    moves = runs.moves_of(run_id)
    assert [(move.state, move.operator) for move in moves] == [(s, "li") for s in ("queued", "running", "succeeded")]
    assert moves[0].pid != moves[1].pid == moves[2].pid == run.pid
    result = result_of(run)
    assert (result["act"], result["run_id"], result["ok"], result["notes"]) == ("import", run_id, True, [])
    assert (result["operator"], result["request_id"]) == ("li", "req-7")
    outcome = result["outcome"]
    assert (outcome["rows"], outcome["counts"]["inserted"], outcome["columns"]) == (2, 2, 3)
    assert (outcome["cannot_undo"], outcome["sheets"][0]["sheet"], outcome["dry_run"]) == ("", "订单", False)
    assert [one["column"] for one in result["plans"][0]["columns"]] == ["id", "name", "amount"]
    assert requests() == 0
    assert runs.verify().problems == []


def test_rows_that_cannot_be_loaded_are_in_the_result_and_in_a_workbook(app: Flask, lines: str, book: Book) -> None:
    run_id = queue_import(request(book(BAD)))
    run = ended(run_id)
    assert run.state == "failed"
    assert "viel" not in str(run.error)
    result = result_of(run)
    assert (result["ok"], result["error"]["exit_code"]) == (False, 3)
    assert result["error"]["hint"] == (
        "The rows are in the run's rejects.xlsx: mend them there and import that file,\nor load the other 1 row now"
        " without them."
    )
    assert (result["rejections"]["rows"], result["rejections"]["rejected"]) == (3, 2)
    (cause,) = result["causes"]
    assert (cause["column"], cause["count"], cause["file"]) == ("amount", 2, "六月.xlsx")
    assert cause["cells"] == [{"cell": "订单!C3", "value": '"viel"'}, {"cell": "订单!C4", "value": '"mehr"'}]
    assert [artifact["name"] for artifact in run.artifacts] == ["rejects.xlsx"]
    sheet = openpyxl.load_workbook(runs.folder_of(run.id, run.token).artifacts / "rejects.xlsx")["订单"]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [3, 4]
    assert rows_of(lines, "id") == [(1,)]
    assert runs.verify().problems == []


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_rows_that_a_merge_cannot_load_are_as_well(mode: str, app: Flask, lines: str, book: Book) -> None:
    run = ended(queue_import(request(book(BAD), mode=MODES[mode], dry_run=True)))
    assert (run.state, result_of(run)["rejections"]["rejected"]) == ("failed", 2), output_of(run.id)
    assert [artifact["name"] for artifact in run.artifacts] == ["rejects.xlsx"]


@pytest.mark.parametrize("dry_run", [True, False])
def test_rows_that_are_left_out_are_as_well(dry_run: bool, app: Flask, lines: str, book: Book) -> None:
    run = ended(queue_import(request(book(BAD), skips=True, dry_run=dry_run)))
    assert (run.state, run.dry_run) == ("succeeded", dry_run), output_of(run.id)
    result = result_of(run)
    assert result["outcome"]["counts"]["inserted"] == 1
    assert (result["rejections"]["rejected"], result["causes"][0]["count"]) == (2, 2)
    assert [artifact["name"] for artifact in run.artifacts] == ["rejects.xlsx"]
    assert rows_of(lines, "id") == ([(1,)] if dry_run else [(1,), (2,)])


def test_a_dry_run_shows_rows_before_and_after(app: Flask, lines: str, book: Book) -> None:
    rows = [["id", "name", "amount"], [1, "Neu", 1.5]]
    run = ended(queue_import(request(book(rows), mode=MODES["upsert"], dry_run=True)))
    assert run.state == "succeeded", output_of(run.id)
    (sample,) = result_of(run)["outcome"]["samples"]
    assert (sample["before"], sample["after"]) == ({"name": "Alt"}, {"name": "Neu"})
    assert rows_of(lines, "name") == [("Alt",)]


def test_an_undo_is_a_run_of_its_own(app: Flask, lines: str, book: Book) -> None:
    imported = ended(queue_import(request(book(GOOD))))
    with asking(LI):
        run = ended(queue_undo(imported.id))
    assert (run.state, run.kind, run.operator) == ("succeeded", "undo", "li"), output_of(run.id)
    assert rows_of(lines, "id") == [(1,)]
    assert result_of(run)["outcome"]["deleted"] == 2
    assert runs.verify().problems == []
    with pytest.raises(Exception, match="is undone already"):
        queue_undo(imported.id)


def test_what_can_be_known_at_once_is_said_at_once(app: Flask, lines: str, book: Book) -> None:
    path = book(GOOD)
    with pytest.raises(NotFound, match="nowhere"):
        queue_import(request(path, "nowhere"))
    with pytest.raises(Conflict, match="already"):
        queue_import(request(path, lines, create=True))
    path.unlink()
    with pytest.raises(NotFound, match=r"六月\.xlsx"):
        queue_import(request(path))
    assert runs.newest(1) == []


def test_what_is_only_known_later_ends_the_run(app: Flask, lines: str, book: Book) -> None:
    path = book(GOOD)
    ended(queue_import(request(path)))
    run = ended(queue_import(request(path)))
    assert run.state == "failed"
    assert "is already in order_lines" in str(run.error)
    assert result_of(run)["error"]["label"] == "Refused"
    assert [move.state for move in runs.moves_of(run.id)] == ["queued", "failed"]
    misfit = ended(queue_import(request(book([["id", "what is this"], [7, 8]]))))
    assert (misfit.state, "what is this" in str(misfit.error)) == ("failed", True)
    assert runs.verify().problems == []


@pytest.mark.parametrize("yes", [True, False])
def test_a_table_is_made_if_the_form_agreed(yes: bool, app: Flask, book: Book) -> None:
    run = ended(queue_import(request(book(GOOD), "neu", create=True), yes=yes))
    assert run.state == ("succeeded" if yes else "failed"), output_of(run.id)
    assert [name for name, _ in result_of(run)["created"]] == ["id", "name", "amount"]
    if yes:
        assert len(rows_of("neu")) == 2
