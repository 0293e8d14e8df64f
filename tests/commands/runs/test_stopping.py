"""`flask runs cancel` and `flask runs pause`."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.errors import Failed
from app.services import runs
from app.services.runs import moves
from tests.app.services.runs.processes import HANGING, process, said


def ended(state: str) -> int:
    """Record a script's run that has come to `state`, and return its id."""
    with pytest.raises(Failed), runs.recorded("script", "export_order", {}) as run:
        run.ending = "paused" if state == "queued" else state
        raise Failed("No.")
    if state == "queued":
        moves.move(run.id, "queued")
    return run.id


@pytest.mark.parametrize("state", ["queued", "paused", "lost", "failed"])
def test_what_does_not_go_on_is_cancelled_at_once(state: str, cli: FlaskCliRunner) -> None:
    run_id = ended(state)
    result = cli.invoke(args=["runs", "cancel", str(run_id), "--wait", "5"])
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"Run {run_id} is cancelled.\n")
    assert [move.state for move in runs.moves_of(run_id)][-2:] == [state, "cancelled"]
    assert runs.verify().problems == []


@pytest.mark.parametrize(
    ("state", "what"),
    [
        *(("cancelled", what) for what in ("cancel", "pause")),
        *((state, "pause") for state in ("queued", "paused", "lost", "failed")),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_cannot_be_is_refused(state: str, what: str, cli: FlaskCliRunner) -> None:
    run_id = ended(state)
    result = cli.invoke(args=["runs", what, str(run_id)])
    participle = {"cancel": "cancelled", "pause": "paused"}[what]
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Error: Run {run_id} is {state}; it cannot be {participle}.")
    assert runs.get(run_id).state == state


def test_a_run_that_succeeded_cannot_be_cancelled(cli: FlaskCliRunner, recorded: int) -> None:
    result = cli.invoke(args=["runs", "cancel", str(recorded)])
    assert (result.exit_code, runs.get(recorded).state) == (1, "succeeded")


@pytest.mark.parametrize(
    ("kind", "what", "hint"),
    [
        ("initdb", "cancel", "press Ctrl-C there"),
        ("initdb", "pause", "press Ctrl-C there"),
        ("import", "pause", "End it with: flask runs cancel "),
    ],
)
def test_what_is_one_transaction_cannot_pause(kind: str, what: str, hint: str, cli: FlaskCliRunner) -> None:
    with runs.recorded(kind, "june.xlsx → orders", {}) as run:
        result = cli.invoke(args=["runs", what, str(run.id)])
        assert runs.get(run.id).stop_requested is None
    assert (result.exit_code, result.stdout) == (5, "")
    assert hint in result.stderr


@pytest.mark.parametrize("kind", ["import", "undo"])
def test_an_import_that_goes_on_is_broken_off(kind: str, cli: FlaskCliRunner) -> None:
    with process(HANGING.replace('"script"', f'"{kind}"')) as going_on:
        run_id = int(said(going_on))
        result = cli.invoke(args=["runs", "cancel", str(run_id)])
        going_on.wait(60)
    assert result.exit_code == 0
    assert result.stderr == (
        f"Run {run_id} is asked to cancel; it is broken off within seconds, and all of it rolled back.\n"
    )
    assert runs.get(run_id).state == "cancelled"


@pytest.mark.parametrize("what", ["cancel", "pause"])
def test_a_script_is_asked(what: str, cli: FlaskCliRunner) -> None:
    with runs.recorded("script", "export_order", {}) as run:
        result = cli.invoke(args=["runs", what, str(run.id)])
        assert runs.get(run.id).stop_requested == what
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(f"Run {run.id} is asked to {what}; it does so at its next checkpoint.")


def test_waiting_for_a_script_that_comes_to_no_checkpoint_is_busy(cli: FlaskCliRunner) -> None:
    with runs.recorded("script", "export_order", {}) as run:
        result = cli.invoke(args=["runs", "pause", str(run.id), "--wait", "0.3"])
    assert result.exit_code == 4
    assert f"Busy: Run {run.id} has not stopped within 0.3 s." in result.stderr


def test_waiting_ends_with_the_state_that_it_came_to(
    app: Flask, cli: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch, in_thread: Callable[..., threading.Thread]
) -> None:
    monkeypatch.setattr("app.services.runs.heart.BEAT_S", 0.05)
    begun = threading.Event()
    ids: list[int] = []

    def cooperate() -> None:
        with pytest.raises(KeyboardInterrupt), runs.recorded("script", "export_order", {}) as run:
            ids.append(run.id)
            begun.set()
            while run.asked is None:
                threading.Event().wait(0.02)
            run.ending = "paused"
            raise KeyboardInterrupt

    thread = in_thread(cooperate)
    assert begun.wait(60)
    result = cli.invoke(args=["runs", "pause", str(ids[0]), "--wait", "20"])
    thread.join()
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"Run {ids[0]} is asked to pause; waiting for it.",
        f"Run {ids[0]} is paused.",
    ]


def test_a_dry_run_keeps_nothing_that_a_pause_could_keep(cli: FlaskCliRunner) -> None:
    with runs.recorded("script", "export_order", {}, details=runs.Details(dry_run=True)) as run:
        result = cli.invoke(args=["runs", "pause", str(run.id)])
    assert result.exit_code == 1
    assert result.stderr.endswith(f"End it with: flask runs cancel {run.id}\n")


@pytest.mark.parametrize("what", ["cancel", "pause"])
def test_an_unknown_run_is_an_error(what: str, cli: FlaskCliRunner) -> None:
    result = cli.invoke(args=["runs", what, "99"])
    assert (result.exit_code, result.stderr.splitlines()[0]) == (1, "Error: There is no run 99.")
