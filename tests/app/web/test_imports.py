"""Imports in the console: upload, look, try, confirm; with people's mistakes, and with hostile files."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app import asker
from app.asker import Asker
from app.models import Run
from app.services import accounts, runs, uploads
from app.web import bodies
from tests.app.services.queue.queues import ended
from tests.app.web.conftest import PASSWORD, SignedIn, Visitor
from tests.conftest import SHARED_DATA
from tests.importing import rows_of, sql, workbook_of
from tests.workbooks import encrypted

ODD = SHARED_DATA / "odd" / "calamine"
SPITE = '<script>alert("1")</script>'
GOOD = [["id", "name", "Betrag"], [2, "面料", 10], [3, "Knopf", 2.25]]
BAD = [*GOOD, [4, "Garn", "mehr"], [5, "Nadel", "#viel"]]


@pytest.fixture(autouse=True)
def _lines(app: Flask) -> None:
    """Make a table with one row."""
    sql(
        "CREATE TABLE order_lines (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, amount DECIMAL(8, 2))",
        "INSERT INTO order_lines VALUES (1, 'Alt', 1.5)",
    )


@pytest.fixture
def operator(signed_in: SignedIn) -> Visitor:
    """Give a browser in which an operator is signed in."""
    return signed_in("operator")


def uploaded(visitor: Visitor, content: bytes, name: str = "june.xlsx", **more: str) -> TestResponse:
    """Send a file."""
    visitor.get("/import/")
    return visitor.post("/import/", {"file": (io.BytesIO(content), name), **more})


def upload(visitor: Visitor, content: bytes, name: str = "june.xlsx", **more: str) -> str:
    """Send a file that is taken; return the address of its page."""
    answer = uploaded(visitor, content, name, **more)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def fields(page: TestResponse) -> dict[str, str]:
    """Return what the form of a page would send as it is, but for its token."""
    form = page.text[page.text.index('<form id="import"') :]
    found = {}
    for tag in re.findall(r"<input[^>]*>", form[: form.index("</form>")]):
        named = dict(re.findall(r'([a-z]+)="([^"]*)"', tag))
        if named.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        found[named.get("name", "")] = unescape(named.get("value", ""))
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"|<option value="([^"]*)" selected', inside)
        first = re.search(r'<option[^>]* value="([^"]*)"', inside)
        found[name] = unescape((chosen[1] or chosen[2] or "") if chosen else first[1] if first else "")
    return {name: value for name, value in found.items() if name not in ("", "csrf_token")}


def tried(visitor: Visitor, address: str, **changes: str) -> TestResponse:
    """Open the page of an upload, change its form, and try it."""
    page = visitor.get(address)
    assert page.status_code == 200, page.text
    return visitor.post(f"{address.partition('?')[0]}/try", {**fields(page), **changes})


def run_of(answer: TestResponse) -> Run:
    """Return the run that an answer leads to, once it has ended."""
    assert answer.status_code == 302, re.findall(r'(?s)class="(?:errors|message)[^>]*>(.*?)<', answer.text)
    return ended(int(str(answer.location).rpartition("/")[2]))


def test_a_sheet_is_looked_at_tried_and_imported(operator: Visitor) -> None:
    address = upload(operator, workbook_of(GOOD), table="order_lines")
    page = operator.get(address)
    assert "by its name" in page.text
    assert "fits no column" in page.text
    assert fields(page)["column-2"] == ""
    for shown in ("面料", "2.25", "june.xlsx"):
        assert shown in page.text
    answer = tried(operator, address, **{"column-2": "amount"})
    dry_run = run_of(answer)
    assert (dry_run.state, dry_run.dry_run) == ("succeeded", True)
    page = operator.get(answer.location)
    assert "Import these 2 rows" in page.text
    assert rows_of("order_lines", "id") == [(1,)]
    answer = operator.post(f"{answer.location}/confirm")
    run = run_of(answer)
    assert (run.state, run.dry_run, run.operator) == ("succeeded", False, "operator")
    assert [(row[0], row[1], float(row[2])) for row in rows_of("order_lines")][1:] == [
        (2, "面料", 10),
        (3, "Knopf", 2.25),
    ]
    assert "Imported 2 rows into order_lines." in operator.get(answer.location).text


def test_what_was_confirmed_is_not_imported_twice(operator: Visitor) -> None:
    tried_at = tried(
        operator, upload(operator, workbook_of([["id", "name"], [2, "b"]]), table="order_lines"), again="y"
    )
    run_of(tried_at)
    operator.get(tried_at.location)
    first = operator.post(f"{tried_at.location}/confirm")
    run_of(first)
    second = operator.post(f"{tried_at.location}/confirm")
    assert second.location == tried_at.location
    page = operator.get(tried_at.location).text
    assert "This dry run was confirmed already." in page
    assert "Import these" not in page
    assert str(first.location) in page


def test_rejects_are_grouped_left_out_mended_and_imported(operator: Visitor) -> None:
    answer = tried(operator, upload(operator, workbook_of(BAD), table="order_lines"), **{"column-2": "amount"})
    failed = run_of(answer)
    assert failed.state == "failed"
    page = operator.get(answer.location)
    for shown in ("订单!C4", "#viel", "rejects.xlsx", "Try it without these rows", "Mend the rejects"):
        assert shown in page.text
    assert "Import these" not in page.text
    assert operator.post(f"{answer.location}/confirm").location == answer.location  # refused
    answer = operator.post(f"{answer.location}/without-rejects")
    run_of(answer)
    assert "Import these 2 rows" in operator.get(answer.location).text
    imported = operator.post(f"{answer.location}/confirm")
    run = run_of(imported)
    assert run.rows == {"order_lines": {"inserted": 2}}
    mended = _mended(runs.folder_of(run.id, run.token).artifacts / "rejects.xlsx")
    operator.get(imported.location)
    token, run_id = imported.location.split("/")[-3], imported.location.split("/")[-1]
    address = upload(operator, mended, "rejects.xlsx", like=f"{token}/{run_id}", table="order_lines")
    page = operator.get(address)
    assert fields(page)["column-2"] == "amount"
    assert "of the workbook of rejects" in page.text
    answer = operator.post(f"{address.partition('?')[0]}/try", fields(page))
    assert run_of(answer).state == "succeeded"
    assert run_of(operator.post(f"{answer.location}/confirm")).rows == {"order_lines": {"inserted": 2}}
    assert [row[0] for row in rows_of("order_lines", "id")] == [1, 2, 3, 4, 5]


def _mended(rejects: Path) -> bytes:
    workbook = openpyxl.load_workbook(rejects)
    for row in workbook.active.iter_rows(min_row=2):
        next(cell for cell in row if isinstance(cell.value, str) and cell.value in ("mehr", "#viel")).value = 7
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_replacing_needs_the_tables_name(operator: Visitor) -> None:
    answer = tried(
        operator, upload(operator, workbook_of([["id", "name"], [2, "b"]]), table="order_lines"), mode="replace"
    )
    run_of(answer)
    assert "1 rows of order_lines would be deleted" in operator.get(answer.location).text
    for name in ("", "orders"):
        refused = operator.post(f"{answer.location}/confirm", {"table": name})
        assert refused.location == answer.location
    assert "Type the name of the table, order_lines" in operator.get(answer.location).text
    run_of(operator.post(f"{answer.location}/confirm", {"table": "order_lines"}))
    assert rows_of("order_lines", "id, name") == [(2, "b")]


def test_a_table_is_made_from_a_sheet(operator: Visitor) -> None:
    address = upload(operator, workbook_of(GOOD), table="buttons")
    page = operator.get(address)
    assert fields(page)["table"] == " "
    assert 'value="buttons"' in page.text
    answer = tried(operator, address, **{"column-1": ""})
    assert run_of(answer).state == "succeeded"
    shown = operator.get(answer.location).text
    assert "Columns of the new table" in shown
    assert "betrag" in shown
    assert run_of(operator.post(f"{answer.location}/confirm")).state == "succeeded"
    assert [float(row[1]) for row in rows_of("buttons", "id, betrag")] == [10, 2.25]


def test_a_table_that_changed_after_the_dry_run_is_not_filled(operator: Visitor) -> None:
    answer = tried(operator, upload(operator, workbook_of([["id", "name"], [2, "b"]]), table="order_lines"))
    run_of(answer)
    sql("ALTER TABLE order_lines ADD COLUMN colour VARCHAR(10)")
    operator.get(answer.location)
    operator.post(f"{answer.location}/confirm")
    assert "was changed after the dry run" in operator.get(answer.location).text
    assert rows_of("order_lines", "id") == [(1,)]


def test_a_file_that_changed_after_the_dry_run_is_not_imported(operator: Visitor) -> None:
    address = upload(operator, workbook_of([["id", "name"], [2, "b"]]), table="order_lines")
    answer = tried(operator, address)
    run_of(answer)
    with asker.asking(Asker("operator")):
        found = uploads.get(address.partition("?")[0].rpartition("/")[2])
        uploads.path_of(found).write_bytes(workbook_of([["id", "name"], [9, "z"]]))
    operator.post(f"{answer.location}/confirm")
    assert "not the one of the dry run" in operator.get(answer.location).text


def test_columns_chosen_for_another_sheet_are_not_taken(operator: Visitor) -> None:
    address = upload(operator, workbook_of([["id", "name"], ["name", "id"], [2, "b"]]), table="order_lines")
    answer = tried(operator, address, header_row="2")
    assert answer.status_code == 422
    assert "Look at the columns below" in answer.text
    assert fields(answer)["column-0"] == "name"
    assert operator.post(f"{address.partition('?')[0]}/try", fields(answer)).status_code == 302


def test_another_table_shows_its_columns_as_a_part_of_the_page(operator: Visitor) -> None:
    address = upload(operator, workbook_of(GOOD))
    page = operator.get(address)
    assert "Choose a table above" in page.text
    part = operator.post(address, {**fields(page), "table": "orders"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "no header fits a column of orders" in part.text
    whole = operator.post(address, {**fields(page), "table": "order_lines"})
    assert "<html" in whole.text
    assert "by its name" in whole.text


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"table": ""}, "Choose a table."),
    ({"table": "runs"}, "Not a valid choice"),
    ({"table": " ", "new_table": "Users"}, "Name it otherwise."),
    ({"table": " ", "new_table": "a\x07b"}, "Name it otherwise."),
    ({"header_row": "0"}, "between 1 and"),
    ({"header_row": "x"}, "Not a valid integer"),
    ({"mode": "destroy"}, "Not a valid choice"),
    ({"column-1": ""}, "name is required"),
    ({"mode": "upsert", "key": "another"}, "does not fill this key"),
    ({"sheet": "77"}, "There is no sheet 77"),
)


def test_wrong_input_is_told_beside_its_field(operator: Visitor) -> None:
    address = upload(operator, workbook_of([["id", "name"], [2, "b"]]), table="order_lines")
    for changes, said in WRONG:
        answer = tried(operator, address, **changes)
        assert (answer.status_code, said in answer.text) == (422, True), (changes, answer.text)
    assert not runs.newest(9, runs.Filter(kind="import"))


def test_a_mode_that_finds_rows_needs_a_key(operator: Visitor) -> None:
    sql("CREATE TABLE loose (name VARCHAR(20))")
    answer = tried(operator, upload(operator, workbook_of([["name"], ["b"]]), table="loose"), mode="upsert")
    assert answer.status_code == 422
    assert "only by a unique key" in answer.text


def test_uploads_of_others_are_not_there(operator: Visitor, app: Flask) -> None:
    address = upload(operator, workbook_of([["id", "name"], [2, "b"]]), table="order_lines").partition("?")[0]
    answer = tried(operator, f"{address}?table=order_lines")
    run = run_of(answer)
    with asker.asking(Asker("tests")):
        accounts.create_user("other", PASSWORD, "operator")
    other = Visitor(app.test_client())
    other.sign_in("other")
    other.get("/")
    assert other.get(address).status_code == 404
    assert other.get(answer.location).status_code == 404
    for act in (f"{address}/try", f"{answer.location}/confirm", f"{answer.location}/without-rejects"):
        assert other.post(act).status_code == 404
    own = upload(other, workbook_of([["id", "name"], [3, "c"]])).partition("?")[0]
    assert other.get(f"{own}/runs/{run.id}").status_code == 404
    assert other.get(f"{own}?like={address.rpartition('/')[2]}/{run.id}").status_code == 404


def test_numbers_too_long_to_be_any_break_nothing(operator: Visitor) -> None:
    address = upload(operator, workbook_of(GOOD), table="order_lines").partition("?")[0]
    assert operator.get(f"{address}/runs/{'9' * 300}").status_code == 404
    assert operator.get(f"{address}?like={address.rpartition('/')[2]}/{'9' * 300}").status_code == 200
    assert operator.post(address, {f"column-{'9' * 5000}": "id"}).status_code == 200


def test_a_forged_request_is_refused(operator: Visitor) -> None:
    address = upload(operator, workbook_of(GOOD), table="order_lines").partition("?")[0]
    operator.token = "forged"
    assert uploaded_without_token(operator).status_code == 400
    assert operator.post(f"{address}/try").status_code == 400


def uploaded_without_token(visitor: Visitor) -> TestResponse:
    """Send a file with the wrong token."""
    return visitor.post("/import/", {"file": (io.BytesIO(workbook_of(GOOD)), "a.xlsx")})


def test_a_file_beyond_the_limit_is_refused(app: Flask, operator: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["UPLOAD_LIMIT_MB"] = 0
    answer = uploaded(operator, b"id,name\n1,a\n", "big.csv")
    assert answer.status_code == 413
    assert "the most that can be uploaded here" in answer.text
    monkeypatch.setattr(bodies, "FORM", 100)
    answer = uploaded(operator, b"id,name\n" + b"1,a\n" * 100, "big.csv")
    assert answer.status_code == 413
    assert "Too large" in answer.text


def test_what_is_no_spreadsheet_is_refused_beside_the_field(operator: Visitor) -> None:
    for content in (b"\x89PNG\r\n\x1a\n" + bytes(99), b"", b"PK\x03\x04" + bytes(50)):
        answer = uploaded(operator, content)
        assert answer.status_code == 422
        assert 'id="file-errors"' in answer.text


def test_no_file_is_told(operator: Visitor) -> None:
    operator.get("/import/")
    answer = operator.post("/import/")
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_hostile_names_of_files_are_made_safe(app: Flask, operator: Visitor) -> None:
    for name in ("../../../etc/x.xlsx", "长" * 300 + ".xlsx", f"{SPITE}.xlsx", "a\x00b\t.xlsx"):
        page = operator.get(address := upload(operator, workbook_of(GOOD), name, table="order_lines"))
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert (Path(app.instance_path) / "uploads" / address.partition("?")[0].rpartition("/")[2]).is_dir()
    assert {path.parent.parent for path in Path(app.instance_path).parent.rglob("*.xlsx")} == {
        Path(app.instance_path) / "uploads"
    }


def test_html_in_sheets_headers_and_cells_is_text(operator: Visitor) -> None:
    rows = [["id", "name", SPITE, "_xD800_ half"], [2, SPITE, "=1/0", "'\" onload=x"]]
    address = upload(operator, workbook_of(rows, "<script>x<"), table="order_lines")
    page = operator.get(address)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<script>x" not in page.text
    answer = tried(operator, address)
    run_of(answer)
    assert "<script>alert" not in operator.get(answer.location).text


def test_a_hundred_sheets_and_hidden_ones_are_offered(operator: Visitor) -> None:
    workbook = openpyxl.Workbook()
    for number in range(99):
        workbook.create_sheet(f"s{number}").sheet_state = "hidden" if number % 2 else "visible"
    workbook["s98"].append(["id", "name"])
    file = io.BytesIO()
    workbook.save(file)
    address = upload(operator, file.getvalue(), table="order_lines")
    page = operator.get(address)
    assert "has nothing" in page.text
    assert page.text.count("(hidden)") == 49
    part = operator.post(address.partition("?")[0], {**fields(page), "sheet": "100"})
    assert "by its name" in part.text
    assert "There are no rows below the headers." in part.text


def test_a_file_with_a_password_is_opened_tried_and_imported(app: Flask, operator: Visitor, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook_of([["id", "name"], [2, "b"]]))
    address = upload(operator, encrypted(tmp_path / "a.xlsx", "open sesame").read_bytes(), table="order_lines")
    page = operator.get(address)
    assert "Type its password." in page.text
    bare = address.partition("?")[0]
    page = operator.post(bare, {**fields(page), "password": "open says me"})
    assert "not that of the file" in page.text
    page = operator.post(bare, {**fields(page), "password": "open sesame", "table": "order_lines"})
    assert "by its name" in page.text
    assert "open sesame" not in page.text
    answer = operator.post(f"{bare}/try", fields(page))  # the password comes back sealed
    assert run_of(answer).state == "succeeded"
    run = run_of(operator.post(f"{answer.location}/confirm"))
    assert (run.state, rows_of("order_lines", "id")) == ("succeeded", [(1,), (2,)])
    assert "sesame" not in str(runs.as_dict(run))
    kept = [path.read_bytes() for path in Path(app.instance_path).rglob("*") if path.is_file()]
    assert not any(b"open sesame" in content for content in kept)


def test_chinese_text_files_are_taken(operator: Visitor) -> None:
    address = upload(operator, "id,name\n2,面料\n".encode("gb18030"), "订单.csv", table="order_lines")
    assert "面料" in operator.get(address).text
    answer = tried(operator, address)
    run_of(answer)
    run_of(operator.post(f"{answer.location}/confirm"))
    assert rows_of("order_lines", "name")[1] == ("面料",)


@pytest.mark.skipif(not ODD.is_dir(), reason=f"There is no {ODD}.")
def test_odd_files_never_break_the_page(operator: Visitor) -> None:
    for name in ("issue_594_dos.ods", "pass_protected.ods", "issue252.xlsx", "picture.xlsx"):
        answer = uploaded(operator, (ODD / name).read_bytes(), name, table="order_lines")
        if answer.status_code == 302:
            page = operator.get(answer.location)
            assert page.status_code == 200, name
            assert "message-error" in page.text
            answer = operator.post(f"{answer.location.partition('?')[0]}/try", fields(page))
        assert answer.status_code == 422, name
