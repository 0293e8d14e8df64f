"""The example client, in a process of its own, against the server as it is in production."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from examples import client as example
from tests.browser.console import Console, Installation, serve
from tests.databases import mysql_database
from tests.project_copy import ROOT

pytestmark = pytest.mark.long

Result = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """Give a server before an empty database of MariaDB."""
    with mysql_database() as url:
        installation = Installation(tmp_path_factory.mktemp("client"), url)
        installation.flask("initdb", "--yes")
        installation.flask("create-user", "li", "--role", "operator", "--generate")
        with serve(installation) as console:
            yield console


@pytest.fixture(scope="module")
def token(console: Console) -> str:
    """Give a token."""
    return console.installation.flask("tokens", "create", "li", "--name", "client").strip()


def run(console: Console, token: str, folder: Path, *arguments: object) -> Result:
    """Run the client."""
    own = {"OPSDESK_URL": console.url, "OPSDESK_TOKEN": token}
    command = [sys.executable, str(ROOT / "examples" / "client.py"), *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True, timeout=120)


def book(path: Path, *rows: list[Any]) -> Path:
    """Write a workbook of customers."""
    workbook = openpyxl.Workbook()
    for row in (["id", "客户名称", "created_at"], *rows):
        workbook.active.append(row)
    workbook.save(path)
    return path


def test_a_sheet_is_mended_and_imported(console: Console, token: str, tmp_path: Path) -> None:
    bad = book(tmp_path / "客户.xlsx", [501, "丙公司", "2026-11-20 10:00:00"], [502, "丁公司", "tomorrow"])
    rejected = run(console, token, tmp_path, "import", bad, "customers")
    assert rejected.returncode == 3, rejected.stderr
    assert "1 of 2 rows cannot be loaded; nothing was written." in rejected.stderr
    assert "created_at" in rejected.stderr
    assert '"tomorrow"' in rejected.stderr
    workbook = openpyxl.load_workbook(tmp_path / "rejects.xlsx")
    (cell,) = (cell for row in workbook.active.iter_rows() for cell in row if cell.value == "tomorrow")
    cell.value = "2026-11-21 10:00:00"
    workbook.save(tmp_path / "mended.xlsx")
    tried = run(console, token, tmp_path, "import", "mended.xlsx", "customers", "--dry-run")
    assert (tried.returncode, "nothing was written" in tried.stdout) == (0, True), tried.stderr
    imported = run(console, token, tmp_path, "import", "mended.xlsx", "customers")
    assert imported.returncode == 0, imported.stderr
    assert "customers: 1 inserted" in imported.stdout
    again = run(console, token, tmp_path, "import", "mended.xlsx", "customers")
    assert again.returncode == 5, again.stderr  # the same sheet
    console.installation.flask("export-excel", "customers", tmp_path / "all.xlsx")
    names = [row[1].value for row in openpyxl.load_workbook(tmp_path / "all.xlsx").active.iter_rows()]
    assert "丁公司" in names
    assert "丙公司" not in names


def test_a_script_is_run_with_what_was_typed(console: Console, token: str, tmp_path: Path) -> None:
    tried = run(console, token, tmp_path, "run", "recycle/flush_calendar", "years=2026", "years=2027", "--dry-run")
    assert tried.returncode == 0, tried.stderr
    assert "calendar_days: 730 inserted" in tried.stdout
    wrong = run(console, token, tmp_path, "run", "recycle/flush_calendar", "years=MMXXVI")
    assert (wrong.returncode, wrong.stderr.strip()) == (2, "parameters.years: years takes an integer.")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("run", "recycle/none"), 1, 'There is no script "recycle/none".'),
        (("run", "recycle/flush_calendar", "2026"), 2, "'2026' is not NAME=VALUE"),
        (("import", "none.xlsx", "customers"), 2, "none.xlsx: No such file or directory."),
    ],
)
def test_what_goes_wrong_is_said(
    console: Console, token: str, tmp_path: Path, arguments: tuple[str, ...], exit_code: int, said: str
) -> None:
    done = run(console, token, tmp_path, *arguments)
    assert (done.returncode, said in done.stderr) == (exit_code, True), done.stderr
    assert run(console, "opsdesk_wrong", tmp_path, "run", "recycle/none").returncode == 5
    assert run(console, "", tmp_path, "run", "recycle/none").stderr == "Set OPSDESK_URL and OPSDESK_TOKEN.\n"


def runs_of(console: Console) -> list[dict[str, Any]]:
    """Return the runs of scripts."""
    found: list[dict[str, Any]] = json.loads(console.installation.flask("runs", "list", "--kind", "script", "--json"))
    return found


class Flaky(httpx.BaseTransport):
    """A link on which the first answers to POST are lost or not now, though the server has done what was asked."""

    def __init__(self) -> None:
        self._link = httpx.HTTPTransport()
        self._left = ["lost", "busy"]
        self.asked: list[str] = []

    def close(self) -> None:
        """Break the link off."""
        self._link.close()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on."""
        answer = self._link.handle_request(request)
        if request.method != "POST":
            return answer
        answer.read()
        self.asked.append(request.headers["Idempotency-Key"])
        fault = self._left.pop(0) if self._left else ""
        if fault == "lost":
            raise httpx.ReadError("cut", request=request)
        return httpx.Response(503, headers={"Retry-After": "0"}) if fault else answer


def test_what_is_sent_again_is_done_once(console: Console, token: str) -> None:
    flaky = Flaky()
    with closing(example.Client(console.url, token, flaky)) as client:
        before = len(runs_of(console))
        done = client.run_script("recycle/flush_calendar", {"years": [2026]}, dry_run=True)
    assert done["state"] == "succeeded"
    assert len(flaky.asked) == 3
    assert len(set(flaky.asked)) == 1
    assert len(runs_of(console)) == before + 1
