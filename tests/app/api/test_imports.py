"""Imports by the API: upload, plan, try, confirm, mend, undo; with mistakes, odd files and other people's uploads."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.api import bodies
from app.services import runs
from app.services.queue import queue_undo
from tests.app.api.conftest import ApiAs, ApiClient
from tests.app.services.queue.queues import ended
from tests.conftest import SHARED_DATA
from tests.importing import rows_of, sql, workbook_of
from tests.workbooks import encrypted

on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
on_mysql = pytest.mark.parametrize("backend", ["mysql"], indirect=True)
REAL = SHARED_DATA / "vegetable_wholesale_zh.xlsx"
ODD = SHARED_DATA / "odd" / "calamine"
GOOD = [["编号", "名称", "Betrag"], [2, "面料", 10], [3, "Knopf", 2.25]]
BAD = [*GOOD, [4, "Garn", "mehr"], [5, "Nadel", "#viel"]]
MAPPING = {"编号": "id", "名称": "name", "Betrag": "amount"}


@pytest.fixture(autouse=True)
def _lines(app: Flask) -> None:
    """Make a table with one row."""
    sql(
        "CREATE TABLE order_lines (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, amount DECIMAL(8, 2))",
        "INSERT INTO order_lines VALUES (1, 'Alt', 1.5)",
    )


def sent(client: ApiClient, content: bytes, name: str = "六月.xlsx") -> TestResponse:
    """Send a file; encoded here, since the client would leave a temporary file of a large one open."""
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content), name)})
    return client.ask("POST", "imports/uploads", data=body, content_type=f"{bodies.MULTIPART}; boundary={boundary}")


def upload(client: ApiClient, content: bytes | None = None, name: str = "六月.xlsx") -> str:
    """Send a file that is taken; return its address."""
    answer = sent(client, workbook_of(GOOD) if content is None else content, name)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"])


def tried(client: ApiClient, address: str, **body: Any) -> str:
    """Try an import, and return the address of the dry run once it has ended."""
    answer = client.post(f"{address}/dry-runs", {"table": "order_lines", **body})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/api/v1/runs/{answer.json['id']}"
    ended(answer.json["id"])
    return f"{address}/dry-runs/{answer.json['id']}"


def confirmed(client: ApiClient, trial: str, **body: Any) -> int:
    """Confirm a dry run, and return the id of the import once it has ended."""
    answer = client.post(f"{trial}/confirm", body)
    assert answer.status_code == 202, answer.text
    ended(answer.json["id"])
    return int(answer.json["id"])


def blamed(answer: TestResponse) -> tuple[int, list[tuple[str, str]]]:
    """Return the status of an answer, and the fields that it blames."""
    return answer.status_code, [(error["field"], error["in"]) for error in answer.json["errors"]]


def test_a_sheet_is_uploaded_planned_tried_and_imported(operator: ApiClient) -> None:
    answer = sent(operator, workbook_of(GOOD))
    told, address = answer.json, answer.headers["Location"]
    assert (told["file_name"], told["kind"], len(told["token"])) == ("六月.xlsx", "xlsx", 32)
    assert operator.get(address).json == told
    plan = operator.post(f"{address}/plan", {"table": "order_lines"}).json
    assert (plan["sheet"], plan["header_row"], plan["can_be_tried"]) == ("订单", 1, False)
    assert "fits no column" in str(plan["problems"])
    assert plan["rows"][0] == {
        "row": 2,
        "cells": [{"kind": "number", "text": "2"}, {"kind": "text", "text": "面料"}, {"kind": "number", "text": "10"}],
    }
    plan = operator.post(f"{address}/plan", {"table": "order_lines", "mapping": MAPPING}).json
    assert (plan["problems"], plan["can_be_tried"]) == ([], True)
    assert [(one["header"], one["column"], one["how"]) for one in plan["headers"]] == [
        (header, column, "hand") for header, column in MAPPING.items()
    ]
    assert plan["keys"] == [{"name": "PRIMARY", "columns": ["id"]}]
    trial = tried(operator, address, mapping=MAPPING)
    outcome = operator.get(trial).json
    assert (outcome["state"], outcome["dry_run"], outcome["ended"], outcome["error"]) == ("succeeded", True, True, None)
    assert (outcome["outcome"]["counts"]["inserted"], outcome["outcome"]["rows"]) == (2, 2)
    assert outcome["outcome"]["samples"][0]["after"]["name"] == "面料"
    assert rows_of("order_lines", "id") == [(1,)]
    run_id = confirmed(operator, trial)
    assert [(row[0], row[1], float(row[2])) for row in rows_of("order_lines")][1:] == [
        (2, "面料", 10),
        (3, "Knopf", 2.25),
    ]
    assert operator.get(trial).json["imported_by"] == run_id
    assert runs.get(run_id).operator == "operator"
    again = operator.post(f"{trial}/confirm", {})
    assert (again.status_code, "confirmed already" in again.json["detail"]) == (409, True)
    assert operator.get(f"imports/runs/{run_id}/rejects").json["rejected"] == 0
    undo = queue_undo(run_id)
    assert ended(undo).state == "succeeded"
    assert rows_of("order_lines", "id") == [(1,)]


def test_rejects_are_told_mended_and_imported(operator: ApiClient) -> None:
    address = upload(operator, workbook_of(BAD))
    trial = tried(operator, address, mapping=MAPPING)
    told = operator.get(trial).json
    assert (told["state"], told["rejected"], told["outcome"]) == ("failed", 2, None)
    assert "2 of 4 rows cannot be loaded" in told["error"]["message"]
    assert operator.post(f"{trial}/confirm", {}).status_code == 409
    run_id = told["run"]
    rejects = operator.get(f"imports/runs/{run_id}/rejects").json
    assert (rejects["rows"], rejects["rejected"]) == (4, 2)
    assert [(one["cell"], one["column"], one["value"]) for one in rejects["rejects"]] == [
        ("订单!C4", "amount", '"mehr"'),
        ("订单!C5", "amount", '"#viel"'),
    ]
    assert (rejects["causes"][0]["column"], rejects["causes"][0]["count"]) == ("amount", 2)
    imported = confirmed(operator, tried(operator, address, mapping=MAPPING, skip_rejects=True))
    assert runs.get(imported).rows == {"order_lines": {"inserted": 2}}
    answer = operator.get(f"imports/runs/{imported}/rejects.xlsx", buffered=True)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    address = upload(operator, mended(answer.data), "rejects.xlsx")
    plan = operator.post(f"{address}/plan", {"table": "order_lines", "mapping": MAPPING}).json
    assert [one["how"] for one in plan["headers"]].count("rejects") == 2
    confirmed(operator, tried(operator, address, mapping=MAPPING))
    assert [row[0] for row in rows_of("order_lines", "id")] == [1, 2, 3, 4, 5]


def mended(rejects: bytes) -> bytes:
    """Return a workbook of rejects with their mistakes mended."""
    workbook = openpyxl.load_workbook(io.BytesIO(rejects))
    for row in workbook.active.iter_rows(min_row=2):
        next(cell for cell in row if isinstance(cell.value, str) and cell.value in ("mehr", "#viel")).value = 7
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


@on_mysql
def test_replacing_and_creating_need_the_tables_name(operator: ApiClient) -> None:
    address = upload(operator, workbook_of([["id", "name"], [2, "b"]]))
    trial = tried(operator, address, mode="replace")
    assert operator.get(trial).json["needs_table"]
    for wrong in ({}, {"table": "orders"}):
        assert blamed(operator.post(f"{trial}/confirm", wrong)) == (422, [("table", "json")])
    assert rows_of("order_lines", "id") == [(1,)]
    confirmed(operator, trial, table="order_lines")
    assert rows_of("order_lines", "id, name") == [(2, "b")]
    plan = operator.post(f"{address}/plan", {"table": "纽扣", "create": True}).json
    assert [one["how"] for one in plan["headers"]] == ["new", "new"]
    trial = tried(operator, address, table="纽扣", create=True)
    assert [column[0] for column in operator.get(trial).json["created"]] == ["id", "name"]
    assert blamed(operator.post(f"{trial}/confirm")) == (422, [("table", "json")])
    confirmed(operator, trial, table="纽扣")
    assert rows_of("纽扣") == [(2, "b")]
    assert operator.post(f"{address}/dry-runs", {"table": "纽扣", "create": True}).status_code == 409


@on_sqlite
def test_the_same_key_starts_one_dry_run_and_one_import(operator: ApiClient) -> None:
    address, headers = upload(operator, workbook_of([["id", "name"], [2, "b"]])), {"Idempotency-Key": "key-1"}
    first = operator.post(f"{address}/dry-runs", {"table": "order_lines"}, headers=headers)
    again = operator.post(f"{address}/dry-runs", {"table": "order_lines"}, headers=headers)
    assert (again.status_code, again.json["id"], again.headers["Idempotent-Replayed"]) == (
        202,
        first.json["id"],
        "true",
    )
    ended(first.json["id"])
    trial, headers = f"{address}/dry-runs/{first.json['id']}", {"Idempotency-Key": "key-2"}
    done = [operator.post(f"{trial}/confirm", {}, headers=headers).json["id"] for _ in range(2)]
    assert done[0] == done[1]
    ended(done[0])
    assert rows_of("order_lines", "id") == [(1,), (2,)]


@on_sqlite
def test_what_is_no_workbook_or_too_large_is_refused_by_its_field(
    app: Flask, operator: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = [("file", "files")]
    for content in (b"\x89PNG\r\n\x1a\n" + bytes(99), b"", b"PK\x03\x04" + bytes(50), workbook_of(GOOD)[:-200]):
        assert blamed(sent(operator, content)) == (422, file)
    assert blamed(operator.ask("POST", "imports/uploads", data={"other": (io.BytesIO(b"x"), "a.csv")})) == (
        422,
        [("file", "files"), ("other", "files")],
    )
    assert blamed(operator.ask("POST", "imports/uploads", data={"file": "text"}, content_type=bodies.MULTIPART)) == (
        422,
        file,
    )
    assert operator.post("imports/uploads", {"file": "x"}).status_code == 415
    app.config["UPLOAD_LIMIT_MB"] = 0
    assert blamed(sent(operator, b"id,name\n1,a\n", "big.csv")) == (413, file)
    monkeypatch.setattr(bodies, "BESIDE_FILE", 100)
    assert sent(operator, b"id,name\n" + b"1,a\n" * 100, "big.csv").status_code == 413
    assert not list((Path(app.instance_path) / "uploads").glob("*/*"))


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"table": ""}, "table"),
    ({"table": None}, "table"),
    ({"table": "x" * 65}, "table"),
    ({"header_row": 0}, "header_row"),
    ({"header_row": 1.5}, "header_row"),
    ({"header_row": 2**40}, "header_row"),
    ({"mode": "destroy"}, "mode"),
    ({"mapping": {"a": 1}}, "mapping.a.value"),
    ({"mapping": []}, "mapping"),
    ({"nulls": "x"}, "nulls"),
    ({"again": "yes"}, "again"),
    ({"date_order": "DDD"}, "date_order"),
    ({"encoding": "utf-7"}, "encoding"),
    ({"files": ["/etc/passwd"]}, "files"),
    ({"priority": "first"}, "priority"),
)


@on_sqlite
def test_wrong_input_is_told_by_its_field_and_starts_nothing(operator: ApiClient) -> None:
    address = upload(operator)
    for changes, field in WRONG:
        answer = operator.post(f"{address}/dry-runs", {"table": "order_lines", **changes})
        assert blamed(answer) == (422, [(field, "json")]), (changes, answer.text)
    assert blamed(operator.post(f"{address}/dry-runs", {})) == (422, [("table", "json")])
    for body, status in (
        ({"table": "nosuch"}, 404),
        ({"table": "runs"}, 403),
        ({"table": "users"}, 403),
        ({"table": "Users", "create": True}, 403),
        ({"table": "a\0b", "create": True}, 422),
        ({"table": "new", "create": True, "mode": "upsert"}, 422),
    ):
        answer = operator.post(f"{address}/dry-runs", body)
        assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), (body, answer.text)
    assert not runs.newest(9, runs.Filter(kind="import"))


@on_sqlite
def test_what_a_mapping_names_and_there_is_not_is_told(operator: ApiClient) -> None:
    address = upload(operator)
    for body, said in (
        ({"mapping": {"Nope": "id"}}, 'the mapping names the header "Nope"'),
        ({"mapping": {"编号": "idd"}}, "did you mean id?"),
        ({"sheet": "七月"}, 'no sheet "七月"'),
        ({"sheet": "2"}, 'no sheet "2"'),
        ({"header_row": 70}, "nothing in row 70"),
        ({"table": "nosuch"}, 'no table "nosuch"'),
        ({"table": ""}, ""),
    ):
        plan = operator.post(f"{address}/plan", {"table": "order_lines", **body})
        assert plan.status_code == 200, plan.text
        assert said in str(plan.json["problems"]), plan.text
        assert not plan.json["can_be_tried"]
    assert [one["header"] for one in plan.json["headers"]] == list(MAPPING)


@on_sqlite
def test_uploads_and_dry_runs_of_others_are_not_there(api_as: ApiAs, operator: ApiClient, admin: ApiClient) -> None:
    viewer = api_as("viewer")
    address = upload(operator, workbook_of([["id", "name"], [2, "b"]]))
    trial = tried(operator, address)
    assert admin.get(address).status_code == 200
    other = upload(admin, workbook_of([["id", "name"], [3, "c"]]))
    run_id = trial.rpartition("/")[2]
    for method, path, body in (
        ("GET", other, None),
        ("POST", f"{other}/plan", {}),
        ("POST", f"{other}/dry-runs", {"table": "order_lines"}),
        ("GET", f"{other}/dry-runs/{run_id}", None),
        ("POST", f"{other}/dry-runs/{run_id}/confirm", {}),
        ("GET", f"{address}/dry-runs/2147483647", None),
        ("GET", f"{address}/dry-runs/{'9' * 300}", None),
        ("GET", "imports/uploads/%00", None),
        ("GET", f"imports/uploads/{'x' * 1000}", None),
        ("GET", "imports/runs/2147483647/rejects", None),
        ("GET", "imports/runs/2147483647/rejects.xlsx", None),
        ("GET", "imports/runs/1/rejects", None),  # that made a user
    ):
        assert operator.ask(method, path, **({"json": body} if body is not None else {})).status_code == 404, path
        assert viewer.ask(method, path, **({"json": body} if body is not None else {})).status_code in (403, 404), path
    assert admin.get(f"{other}/dry-runs/{run_id}").status_code == 404


@on_sqlite
def test_a_password_opens_a_file_and_is_kept_nowhere(app: Flask, operator: ApiClient, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook_of([["id", "name"], [2, "b"]]))
    address = upload(operator, encrypted(tmp_path / "a.xlsx", "open sesame").read_bytes())
    for wrong in ({}, {"password": "open says me"}):
        assert blamed(operator.post(f"{address}/plan", wrong)) == (422, [("password", "json")])
    right = {"password": "open sesame", "table": "order_lines"}
    assert operator.post(f"{address}/plan", right).json["can_be_tried"]
    run_id = confirmed(operator, tried(operator, address, password="open sesame"))
    assert rows_of("order_lines", "id") == [(1,), (2,)]
    assert "sesame" not in str(runs.as_dict(runs.get(run_id)))


@pytest.mark.long
@on_mysql
@pytest.mark.skipif(not REAL.is_file(), reason=f"There is no {REAL}.")
def test_a_real_chinese_workbook_makes_a_table(operator: ApiClient) -> None:
    address = upload(operator, REAL.read_bytes(), REAL.name)
    plan = operator.post(f"{address}/plan", {"table": "蔬菜", "create": True}).json
    assert plan["can_be_tried"], plan["problems"]
    trial = tried(operator, address, table="蔬菜", create=True)
    told = operator.get(trial).json
    assert told["state"] == "succeeded", told["error"]
    assert told["outcome"]["rows"] > 100


@on_sqlite
@pytest.mark.skipif(not ODD.is_dir(), reason=f"There is no {ODD}.")
def test_odd_files_are_answered_in_words(operator: ApiClient) -> None:
    for name in ("issue_594_dos.ods", "pass_protected.ods", "issue252.xlsx", "picture.xlsx"):
        answer = sent(operator, (ODD / name).read_bytes(), name)
        if answer.status_code == 201:
            answer = operator.post(f"{answer.headers['Location']}/plan", {"table": "order_lines"})
        assert answer.status_code in (200, 422), (name, answer.text)
        assert answer.json.get("problems") or answer.json.get("detail")


@on_sqlite
def test_what_came_of_an_import_names_no_secrets(operator: ApiClient, api_as: ApiAs) -> None:
    """Who may not see them in the table could else try to overwrite them, and look at what was there before."""
    sql(
        "CREATE TABLE shops (id INTEGER PRIMARY KEY, name VARCHAR(20), api_key VARCHAR(20), pin_token INTEGER)",
        "INSERT INTO shops VALUES (1, 'Alt', 'hunter1', 1)",
    )
    rows = [["id", "name", "api_key", "pin_token"], [1, "Neu", "hunter2", 5], [2, "New", "hunter3", 6]]
    for bad, seen in ([], "Alt"), ([[3, "Bad", "hunter4", "hunter5"]], "whole number"):
        trial = tried(operator, upload(operator, workbook_of([*rows, *bad])), table="shops", mode="upsert", key=["id"])
        run = operator.get(trial).json["run"]
        told = [operator.get(trial), api_as("viewer").get(f"runs/{run}"), operator.get(f"imports/runs/{run}/rejects")]
        assert all("hunter" not in answer.text for answer in told)
        assert seen in told[1].text
