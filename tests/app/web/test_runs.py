"""The pages of runs: the list, one run, its files, and the verification of all."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.asker import Asker, asking
from app.extensions import db
from app.models import Run, RunFailure
from app.services import runs
from app.services.runs import Details
from tests.app.web.conftest import SignedIn

HOSTILE = "<script>x.xlsx"


def record(kind: str = "import", name: str = "六月.xlsx → orders", operator: str = "li", **details: object) -> Run:
    """Record a run that succeeds, and leaves a log and two files."""
    with asking(Asker(operator)), runs.recorded(kind, name, {"file": name}, details=Details(**details)) as run:
        run.folder.make()
        run.folder.log.write_text("".join(f"line {number}\n" for number in range(1, 251)), encoding="utf-8")
        run.folder.artifacts.mkdir()
        (run.folder.artifacts / "rejects.xlsx").write_bytes(b"PK")
        (run.folder.path / "outside.txt").write_text("not an artifact")
        run.artifacts = [{"name": name, "size": 2, "sha256": ""} for name in ("rejects.xlsx", "../outside.txt")]
        run.rows = {"orders": {"inserted": 3}}
    return runs.get(run.id)


@pytest.fixture
def run(app: Flask) -> Run:
    """Record a run."""
    return record()


def test_runs_are_listed_the_newest_first(signed_in: SignedIn, run: Run) -> None:
    record(name=HOSTILE)
    page = signed_in("viewer").get("/runs/").text
    assert page.index("&lt;script&gt;x.xlsx") < page.index("六月.xlsx → orders")
    assert f'href="/runs/{run.id}"' in page
    assert "every 2s" not in page
    assert "/runs/verify" not in page


def test_the_list_is_fetched_anew_while_a_run_goes_on(signed_in: SignedIn, app: Flask) -> None:
    viewer = signed_in("viewer")
    with runs.recorded("script", "mend", {}):
        assert 'hx-trigger="every 2s"' in viewer.get("/runs/?kind=script").text
        part = viewer.get("/runs/?kind=script", headers={"HX-Request": "true"}).text
        assert part.lstrip().startswith("<section")
        assert 'hx-get="/runs/?kind=script"' in part
    assert "hx-trigger" not in viewer.get("/runs/?kind=script", headers={"HX-Request": "true"}).text


def test_a_filter_chooses_by_all_its_conditions(signed_in: SignedIn, run: Run) -> None:
    record(kind="script", name="mend", operator="wang", dry_run=True)
    viewer = signed_in("viewer")
    day = run.started_at.astimezone().date().isoformat()
    for conditions, found in (
        ("kind=script&operator=wang&dry_run=yes&state=succeeded", "mend"),
        (f"name=六月&since={day}&until={day}&dry_run=no", "六月.xlsx"),
    ):
        page = viewer.get(f"/runs/?{conditions}").text
        assert found in page
        assert "1 to 1 of 1" in page
        assert "<details" in page
        assert " open>" in page
    assert "No run fits." in viewer.get("/runs/?since=2999-01-01").text
    assert "No run fits." in viewer.get("/runs/?until=1999-01-01").text


@pytest.mark.parametrize(
    "conditions",
    ["state=broken", "kind=wizard", "since=tomorrow", "until=0001-01-01", "since=9999-12-31", f"name={'x' * 256}"],
)
def test_a_condition_that_is_none_is_said_beside_it(signed_in: SignedIn, run: Run, conditions: str) -> None:
    answer = signed_in("viewer").get(f"/runs/?{conditions}")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "六月" not in answer.text


def test_one_run_is_shown_whole(signed_in: SignedIn, app: Flask) -> None:
    run = record(name=HOSTILE, reason="因为\nit was wrong", options={"max_rows": 5})
    page = signed_in("viewer").get(f"/runs/{run.id}").text
    assert HOSTILE not in page
    for shown in ("&lt;script&gt;x.xlsx", "因为", "max_rows", "rejects.xlsx", "line 250", "succeeded", "running"):
        assert shown in page, shown
    assert "line 50\n" not in page
    assert "The last 200 lines." in page
    assert "hx-trigger" not in page
    assert "/artifacts/" not in page
    assert "/undo" not in page


def test_what_went_wrong_is_shown_with_its_lines(signed_in: SignedIn, app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), runs.recorded("script", "mend", {}) as run:
        raise ZeroDivisionError("one <b>\ntwo")
    failures = [
        {"run_id": run.id, "step": 0, "key": f'[["int", {number}]]', "error": f"no. {number}"} for number in range(101)
    ]
    with db.engine.begin() as connection:
        connection.execute(sa.insert(RunFailure), failures)
    page = signed_in("viewer").get(f"/runs/{run.id}").text
    assert "one &lt;b&gt;" in page
    assert "no. 99" in page
    assert "no. 100" not in page
    assert f"flask runs show {run.id} --json" in page


@pytest.mark.parametrize("path", ["/runs/999", "/runs/999/live", "/runs/999/log", "/runs/999/undo", "/runs/999/resume"])
def test_a_run_that_is_none_is_not_found(signed_in: SignedIn, app: Flask, path: str) -> None:
    admin = signed_in("admin")
    assert admin.get(path).status_code == 404
    assert admin.get("/runs/99999999999999999999").status_code == 404


def test_the_live_part_has_the_page_load_anew_once_the_state_is_another(signed_in: SignedIn, app: Flask) -> None:
    viewer, part = signed_in("viewer"), {"HX-Request": "true"}
    with runs.recorded("import", "六月.xlsx → orders", {}) as run:
        run.total = 400
        run.folder.make()
        run.folder.log.write_text("reading\x1b[2J\n")
        page = viewer.get(f"/runs/{run.id}").text
        assert f'hx-get="/runs/{run.id}/live?state=running"' in page
        assert "reading�[2J" in page
        live = viewer.get(f"/runs/{run.id}/live?state=running", headers=part)
        assert live.text.lstrip().startswith("<section")
        assert "HX-Refresh" not in live.headers
        assert viewer.get(f"/runs/{run.id}/live?state=queued", headers=part).headers["HX-Refresh"] == "true"
        assert viewer.get(f"/runs/{run.id}/live?state=running").location == f"/runs/{run.id}"
    assert viewer.get(f"/runs/{run.id}/live?state=running", headers=part).headers["HX-Refresh"] == "true"


def test_an_operator_downloads_what_the_run_left_and_nothing_else(signed_in: SignedIn, run: Run) -> None:
    operator = signed_in("operator")
    assert f"/runs/{run.id}/artifacts/rejects.xlsx" in operator.get(f"/runs/{run.id}").text
    answer = operator.client.get(f"/runs/{run.id}/artifacts/rejects.xlsx", buffered=True)
    assert (answer.status_code, answer.data) == (200, b"PK")
    assert answer.headers["Content-Disposition"] == "attachment; filename=rejects.xlsx"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for other in ("outside.txt", "..%2Foutside.txt", "%2e%2e/outside.txt", "log", "rejects.xlsx%00"):
        assert operator.client.get(f"/runs/{run.id}/artifacts/{other}").status_code == 404, other


def test_the_whole_log_is_downloaded_as_text(signed_in: SignedIn, run: Run) -> None:
    answer = signed_in("viewer").client.get(f"/runs/{run.id}/log", buffered=True)
    assert answer.text.splitlines()[0] == "line 1"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=run-{run.id}.log"


def test_files_that_are_no_longer_there_are_said_to_be(signed_in: SignedIn, run: Run) -> None:
    folder = runs.folder_of(run.id, run.token)
    (folder.artifacts / "rejects.xlsx").unlink()
    folder.log.unlink()
    operator = signed_in("operator")
    assert operator.get(f"/runs/{run.id}/artifacts/rejects.xlsx").status_code == 404
    assert operator.get(f"/runs/{run.id}/log").status_code == 404
    assert "It left no log." in operator.get(f"/runs/{run.id}").text


def test_an_admin_verifies_the_ledger(signed_in: SignedIn, run: Run) -> None:
    admin = signed_in("admin")
    assert "/runs/verify" in admin.get("/runs/").text
    admin.get("/runs/verify")
    good = admin.post("/runs/verify").text
    assert "No problems" in good
    assert runs.verify().head in good
    assert admin.post("/runs/verify", {"head": "no head"}).status_code == 422
    with db.engine.begin() as connection:
        connection.execute(sa.update(Run).where(Run.id == run.id).values(operator="nobody"))
    bad = admin.post("/runs/verify").text
    assert "The ledger is not what was written" in bad
    assert f'href="/runs/{run.id}"' in bad


def test_a_verification_needs_the_pages_own_token(signed_in: SignedIn, app: Flask) -> None:
    admin = signed_in("admin")
    admin.token = "another"
    assert admin.post("/runs/verify").status_code == 400


def test_a_queued_run_can_be_cancelled_and_one_that_has_ended_not(signed_in: SignedIn, run: Run) -> None:
    waiting = record(kind="script", name="mend")
    with db.engine.begin() as connection:
        connection.execute(sa.update(Run).where(Run.id == waiting.id).values(state="lost", lock_name="script:mend"))
    operator = signed_in("operator")
    assert f'action="/runs/{waiting.id}/cancel"' in operator.get(f"/runs/{waiting.id}").text
    assert operator.post(f"/runs/{waiting.id}/cancel").location == f"/runs/{waiting.id}"
    assert runs.get(waiting.id).state == "cancelled"
    assert f"Run {waiting.id} is cancelled." in operator.get(f"/runs/{waiting.id}").text
    assert operator.post(f"/runs/{run.id}/pause").status_code == 302
    page = operator.get(f"/runs/{run.id}").text
    assert f"Run {run.id} is succeeded; it cannot be paused." in page
    assert "/cancel" not in page


def test_what_cannot_be_undone_or_resumed_says_why(signed_in: SignedIn, run: Run) -> None:
    admin = signed_in("admin")
    assert f'href="/runs/{run.id}/undo"' in admin.get(f"/runs/{run.id}").text
    for act, why in (("undo", "from before the ledger kept"), ("resume", "is no script's")):
        assert admin.get(f"/runs/{run.id}/{act}").location == f"/runs/{run.id}"
        assert why in admin.get(f"/runs/{run.id}").text.replace("&#39;", "'")
