"""Whatever is done to the ledger behind its back is found, and the run is named."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.errors import Failed, Invalid
from app.models import Run, RunMove
from app.models.run import MOVES
from app.services import runs
from app.services.runs.chain import FACTS, SEALED, hash_of
from tests.app.services.runs import ledgers
from tests.app.services.runs.ledgers import Rows, named, tampered

SEED = 20261121
FIRST = 2  # the first move after the root


@pytest.fixture
def rng() -> random.Random:
    """Give the same numbers each time."""
    return random.Random(SEED)


@pytest.fixture
def ledger(app: Flask, rng: random.Random) -> Rows:
    """Give a ledger of some runs, as it is before anybody touches it."""
    ledgers.build(rng)
    ledgers.move_any(rng)
    assert runs.verify().problems == []
    return ledgers.dump()


def other(value: Any) -> Any:
    """Return another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str) and value in MOVES:
        return "queued" if value != "queued" else "lost"
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    if isinstance(value, dict | list):
        return {"other": 1}
    return value + (1000 if isinstance(value, int) else timedelta(microseconds=1))


EMPTY: dict[str, Any] = {"git_commit": "0" * 40, "git_dirty": True, "error": "No.", "reason": "Because."}


@pytest.mark.parametrize("seed", range(3))
def test_an_untouched_ledger_has_no_problem(app: Flask, seed: int) -> None:
    heads = []
    rng = random.Random(seed)
    for _ in range(2):
        ledgers.build(rng)
        heads.append(runs.verify().head)
    done = runs.verify()
    assert (done.problems, done.older) == ([], 0)
    assert (done.runs, done.moves) == tuple(len(rows) for rows in ledgers.dump().values())
    assert all(runs.verify(head).problems == [] for head in heads)


def test_an_edit_of_a_run_is_found(ledger: Rows, rng: random.Random) -> None:
    for column in (*FACTS, "hash", "prev_hash"):
        row = rng.choice(ledger["runs"])
        value = other(row[column]) if row[column] is not None else EMPTY.get(column, "0")
        if column == "finished_at" and row[column] is None:
            value = row["started_at"]
        with tampered(ledger) as connection:
            connection.execute(sa.update(Run).where(Run.id == row["id"]).values({column: value}))
            connection.commit()
            assert row["id"] in named(), column


def test_an_edit_of_a_move_is_found(ledger: Rows, rng: random.Random) -> None:
    for column in (*SEALED, "hash", "prev_hash"):
        row = rng.choice(ledger["run_moves"][1:])
        with tampered(ledger) as connection:
            connection.execute(sa.update(RunMove).where(RunMove.id == row["id"]).values({column: other(row[column])}))
            connection.commit()
            assert row["run_id"] in named(), column


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("runs", "state", "nonsense"),
        ("runs", "arguments", "{"),
        ("runs", "arguments", '{"a": "\\ud800"}'),
        ("runs", "rows", "null"),
        ("runs", "started_at", "yesterday"),
        ("run_moves", "at", "yesterday"),
        ("run_moves", "facts", ""),
        ("run_moves", "pid", "x"),
    ],
)
def test_what_cannot_even_be_read_is_named(table: str, column: str, value: str, ledger: Rows) -> None:
    row = ledger[table][3]
    with tampered(ledger) as connection:
        connection.execute(sa.text(f"UPDATE {table} SET {column} = :value WHERE id = {row['id']}"), {"value": value})
        connection.commit()
        assert (row["id"] if table == "runs" else row["run_id"]) in named()


def test_an_edit_of_the_root_is_found(ledger: Rows) -> None:
    root = ledger["run_moves"][0]
    for column in (*SEALED, "hash", "prev_hash"):
        value = 1 if column == "run_id" else other(root[column])
        with tampered(ledger) as connection:
            connection.execute(sa.update(RunMove).where(RunMove.id == 1).values({column: value}))
            connection.commit()
            assert runs.verify().problems, column


def test_a_move_with_a_hash_that_fits_it_breaks_the_next(ledger: Rows) -> None:
    for row in ledger["run_moves"][1:-1]:
        forged = RunMove(**{**row, "operator": "nobody@nowhere"})
        with tampered(ledger) as connection:
            values = {"operator": forged.operator, "hash": hash_of(forged)}
            connection.execute(sa.update(RunMove).where(RunMove.id == row["id"]).values(values))
            connection.commit()
            assert row["run_id"] in named(), row["id"]


@pytest.mark.parametrize("what", [("runs",), ("run_moves",), ("runs", "run_moves")])
def test_a_deleted_run_is_named(what: tuple[str, ...], ledger: Rows) -> None:
    last = ledger["run_moves"][-1]["run_id"]  # deleted with its moves, it is a cut end: see below
    for row in ledger["runs"]:
        if row["id"] == last and len(what) == 2:
            continue
        with tampered(ledger) as connection:
            delete(connection, what, {row["id"]})
            assert row["id"] in named()


def delete(connection: sa.Connection, tables: tuple[str, ...], ids: set[int]) -> None:
    """Delete runs, their moves, or both."""
    if "runs" in tables:
        connection.execute(sa.delete(Run).where(Run.id.in_(ids)))
    if "run_moves" in tables:
        connection.execute(sa.delete(RunMove).where(RunMove.run_id.in_(ids)))
    connection.commit()


def test_one_missing_move_is_found(ledger: Rows) -> None:
    for row in ledger["run_moves"][1:]:
        with tampered(ledger) as connection:
            connection.execute(sa.delete(RunMove).where(RunMove.id == row["id"]))
            connection.commit()
            assert runs.verify().problems, row["id"]


def test_moves_that_changed_places_are_named(ledger: Rows, rng: random.Random) -> None:
    for _ in range(5):
        one, two = rng.sample(ledger["run_moves"][1:], 2)
        with tampered(ledger) as connection:
            for row, number in ((one, 0), (two, one["id"]), (one, two["id"])):
                statement = sa.update(RunMove).where(RunMove.hash == row["hash"]).values(id=number)
                connection.execute(statement)
            connection.commit()
            assert {one["run_id"], two["run_id"]} <= named()


@pytest.mark.parametrize("hashed", [True, False])
def test_a_forged_run_is_named(hashed: bool, ledger: Rows) -> None:
    model, newest = ledger["runs"][0], ledger["runs"][-1]["id"]
    forged = {**model, "id": newest + 1, **({} if hashed else {"hash": None, "prev_hash": None})}
    with tampered(ledger) as connection:
        connection.execute(sa.insert(Run), forged)
        connection.commit()
        assert named() == {newest + 1}


def test_a_forged_run_in_the_place_of_a_deleted_one_is_named(ledger: Rows) -> None:
    for row in ledger["runs"]:
        with tampered(ledger) as connection:
            delete(connection, ("runs",), {row["id"]})
            connection.execute(sa.insert(Run), {**row, "reason": "Another.", "hash": None, "prev_hash": None})
            connection.commit()
            assert named() == {row["id"]}


def test_an_older_row_put_back_is_named(app: Flask, rng: random.Random) -> None:
    run_id = ledgers.new_run()
    older = ledgers.dump()["runs"][0]
    ledgers.moves.move(run_id, "failed", error="It lost the orders.")
    ledgers.build(rng)
    with tampered(ledgers.dump()) as connection:
        connection.execute(sa.update(Run).where(Run.id == run_id).values(older))
        connection.commit()
        assert named() == {run_id}


def test_a_cut_end_is_found_by_an_exported_head(ledger: Rows, rng: random.Random) -> None:
    exported = runs.verify().head
    for cut in rng.sample(range(FIRST, len(ledger["run_moves"]) + 1), 5):
        kept = [row for row in ledger["run_moves"] if row["id"] < cut]
        wanted = {row["run_id"] for row in kept}
        with tampered(ledger):
            ledgers.restore({"runs": [row for row in ledger["runs"] if row["id"] in wanted], "run_moves": kept})
            sentences = [problem.sentence for problem in runs.verify(exported).problems]
            given = len(ledger["run_moves"])
            assert f"The chain ends at move {cut - 1}; the head given is {given}." in sentences


def test_an_end_written_anew_is_found_by_an_exported_head(ledger: Rows) -> None:
    exported = runs.verify().head
    with tampered(ledger):
        kept = ledger["run_moves"][:FIRST]
        ledgers.restore({"runs": [], "run_moves": kept[:1]})
        for _ in itertools.repeat(None, len(ledger["run_moves"])):
            ledgers.new_run()
        assert runs.verify().problems == [], "the chain alone cannot know"
        assert [problem.sentence for problem in runs.verify(exported).problems] == [
            f"Move {exported.split(':')[0]} is not the one that the head given was exported from."
        ]


def test_an_empty_chain_is_a_problem(ledger: Rows) -> None:
    with tampered(ledger) as connection:
        connection.execute(sa.delete(RunMove))
        connection.commit()
        assert runs.verify().problems[0].sentence == "The chain is empty; even its root is gone."
        with pytest.raises(Failed, match="lost the root"):
            ledgers.new_run()


@pytest.mark.parametrize("head", ["41", "41:", "41:xyz", f"x:{'0' * 64}", f"41:{'0' * 63}"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_no_head_is_rejected(head: str, app: Flask) -> None:
    with pytest.raises(Invalid, match="is not the head of a chain"):
        runs.verify(head)
