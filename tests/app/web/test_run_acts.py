"""What is done to runs from their pages: scripts pause and go on, imports are taken back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask

from app.extensions import db
from app.models import Run
from app.services import database, runs
from app.services.queue import queue_import, queue_script
from app.services.scripts.request import ScriptRequest
from tests.app.services.queue.queues import ended, in_state, output_of, request, until
from tests.app.web.conftest import SignedIn
from tests.commands.script.mend import ADD, HEAD, total
from tests.importing import rows_of, sql

# A batch each, until a file is there.
SLOW = ADD.replace("size=10", "size=1").replace(
    'time.sleep(float(os.environ.get("NAP", "0")))',
    'time.sleep(0 if os.path.exists(os.path.join(os.path.dirname(__file__), "go")) else 1)',
)


@pytest.fixture
def scripts(app: Flask, tmp_path: Path) -> Path:
    """Give the application a script that takes its time, and 25 things to mend."""
    folder = tmp_path / "project" / "offline_script" / "recycle"
    folder.mkdir(parents=True)
    app.config["SCRIPTS_PATH"] = str(folder.parent)
    (folder / "mend.py").write_text(HEAD + SLOW.replace("{declared}", ""))
    with db.engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE things (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)"))
        connection.execute(sa.text("INSERT INTO things VALUES (:i, 0)"), [{"i": i} for i in range(1, 26)])
    return folder


@pytest.fixture
def imported(app: Flask, tmp_path: Path) -> Run:
    """Import two rows into a table that has one."""
    sql(
        "CREATE TABLE order_lines (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL)",
        "INSERT INTO order_lines VALUES (1, 'Alt')",
    )
    run = ended(queue_import(request(_book(tmp_path / "<六月>.xlsx", [["id", "name"], [2, "面料"], [3, "Knopf"]]))))
    assert run.state == "succeeded", output_of(run.id)
    return run


def _book(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def paused(run_id: int) -> Run:
    """Wait until a run that was asked to pause has done so, and its process is gone."""
    in_state(run_id, "paused")
    return ended(run_id)


def test_an_operator_pauses_a_script_and_goes_on_with_it(signed_in: SignedIn, scripts: Path) -> None:
    operator = signed_in("operator")
    run_id = queue_script(ScriptRequest("mend", {"by": "2"}))
    until(lambda: runs.get(run_id).progress_done, "the first batch")
    assert f'action="/runs/{run_id}/pause"' in operator.get(f"/runs/{run_id}").text
    operator.post(f"/runs/{run_id}/pause")
    assert "asked to pause; it does so at its next checkpoint" in operator.get(f"/runs/{run_id}").text
    paused(run_id)
    assert 0 < total() < 50
    page = operator.get(f"/runs/{run_id}").text
    assert f'href="/runs/{run_id}/resume"' in page
    (scripts / "go").touch()
    form = operator.get(f"/runs/{run_id}/resume").text
    assert "new_code" not in form
    assert 'name="database"' not in form
    assert operator.post(f"/runs/{run_id}/resume", {"max_rows": "none"}).status_code == 422
    assert operator.post(f"/runs/{run_id}/resume").location == f"/runs/{run_id}"
    run = ended(run_id)
    assert (run.state, total()) == ("succeeded", 50), output_of(run_id)
    page = operator.get(f"/runs/{run_id}").text
    assert "Changed" in page
    assert "/resume" not in page


def test_a_script_that_has_changed_goes_on_when_that_is_agreed(signed_in: SignedIn, scripts: Path) -> None:
    operator = signed_in("operator")
    run_id = queue_script(ScriptRequest("mend"))
    until(lambda: runs.get(run_id).progress_done, "the first batch")
    operator.get("/")
    operator.post(f"/runs/{run_id}/pause")
    paused(run_id)
    (scripts / "go").touch()
    with (scripts / "mend.py").open("a") as file:
        file.write("\n# mended\n")
    assert "new_code" in operator.get(f"/runs/{run_id}/resume").text
    refused = operator.post(f"/runs/{run_id}/resume")
    assert refused.status_code == 422
    assert "mend has changed since" in refused.text
    assert operator.post(f"/runs/{run_id}/resume", {"new_code": "y"}).status_code == 302
    assert (ended(run_id).state, total()) == ("succeeded", 25)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_in_production_an_admin_says_why_and_types_its_name(
    app: Flask, signed_in: SignedIn, scripts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, admin = signed_in("operator"), signed_in("admin")
    run_id = queue_script(ScriptRequest("mend"))
    until(lambda: runs.get(run_id).progress_done, "the first batch")
    operator.get("/")
    operator.post(f"/runs/{run_id}/pause")
    paused(run_id)
    monkeypatch.setitem(app.config, "PRODUCTION", True)
    assert operator.get(f"/runs/{run_id}/resume").location == f"/runs/{run_id}"
    assert operator.post(f"/runs/{run_id}/resume").status_code == 302
    assert "for that it takes an admin" in operator.get(f"/runs/{run_id}").text
    admin.get(f"/runs/{run_id}/resume")
    wrong = admin.post(f"/runs/{run_id}/resume", {"reason": "Because.", "database": "another"})
    assert wrong.status_code == 422
    assert "this changes production" in wrong.text
    assert admin.post(f"/runs/{run_id}/resume", {"database": database.name()}).status_code == 422
    assert runs.get(run_id).state == "paused"
    monkeypatch.setitem(app.config, "PRODUCTION", False)


def test_an_admin_takes_an_import_back(signed_in: SignedIn, imported: Run) -> None:
    admin = signed_in("admin")
    page = admin.get(f"/runs/{imported.id}").text
    assert "Imported 2 rows into order_lines." in page
    assert f'href="/runs/{imported.id}/undo"' in page
    form = admin.get(f"/runs/{imported.id}/undo").text
    assert "Deletes 2 rows from order_lines." in form
    assert "&lt;六月&gt;.xlsx" in form
    assert 'name="database"' not in form
    answer = admin.post(f"/runs/{imported.id}/undo")
    undo_id = int(answer.location.rsplit("/", 1)[1])
    undo = ended(undo_id)
    assert (undo.state, undo.kind, undo.operator) == ("succeeded", "undo", "admin"), output_of(undo_id)
    assert rows_of("order_lines", "id") == [(1,)]
    assert f"Run {imported.id} is undone." in admin.get(f"/runs/{undo_id}").text
    page = admin.get(f"/runs/{imported.id}").text
    assert f'href="/runs/{undo_id}"' in page
    assert "/undo" not in page
    admin.get(f"/runs/{imported.id}/undo")
    assert f"Run {imported.id} is undone already" in admin.get(f"/runs/{imported.id}").text


def test_an_undo_that_is_refused_says_why_and_can_keep_what_was_changed(signed_in: SignedIn, imported: Run) -> None:
    admin = signed_in("admin")
    sql("UPDATE order_lines SET name = '<b>' WHERE id = 3")
    admin.get(f"/runs/{imported.id}/undo")
    refused = ended(int(admin.post(f"/runs/{imported.id}/undo").location.rsplit("/", 1)[1]))
    assert refused.state == "failed"
    assert "message-error" in admin.get(f"/runs/{refused.id}").text
    admin.get(f"/runs/{imported.id}/undo")
    kept = admin.post(f"/runs/{imported.id}/undo", {"keep_changed": "y"})
    undo = ended(int(kept.location.rsplit("/", 1)[1]))
    assert undo.state == "succeeded", output_of(undo.id)
    assert rows_of("order_lines", "id") == [(1,), (3,)]
    assert "1 rows of it, changed or gone since" in admin.get(f"/runs/{undo.id}").text


@pytest.mark.parametrize("backend", ["sqlite"])
def test_an_undo_in_production_needs_the_databases_name(
    app: Flask, signed_in: SignedIn, imported: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = signed_in("admin")
    monkeypatch.setitem(app.config, "PRODUCTION", True)
    assert 'name="database"' in admin.get(f"/runs/{imported.id}/undo").text
    refused = admin.post(f"/runs/{imported.id}/undo", {"database": "opsdesk"})
    assert refused.status_code == 422
    assert database.name() in refused.text
    assert len(runs.newest(9, runs.Filter(kind="undo"))) == 0
    monkeypatch.setitem(app.config, "PRODUCTION", False)


def test_a_run_that_went_wrong_shows_the_cells_that_did(signed_in: SignedIn, imported: Run, tmp_path: Path) -> None:
    bad = _book(tmp_path / "bad.xlsx", [["id", "name"], [4, "Garn"], ["<b>vier</b>", "Band"]])
    run = ended(queue_import(request(bad)))
    operator = signed_in("operator")
    page = operator.get(f"/runs/{run.id}").text
    assert "Sheet!A3" in page
    assert "&lt;b&gt;vier" in page
    assert "<b>vier" not in page
    assert f"/runs/{run.id}/artifacts/rejects.xlsx" in page
    answer = operator.client.get(f"/runs/{run.id}/artifacts/rejects.xlsx", buffered=True)
    assert answer.data.startswith(b"PK")
