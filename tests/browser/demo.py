"""What there is to look at: orders, customers, a calendar, and runs that went well and badly."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import openpyxl

from tests.browser import people
from tests.browser.console import Installation
from tests.project_copy import ROOT

ORDERS = ROOT / "examples" / "orders.xlsx"
CUSTOMERS = (
    ("客户名称", "电话", "城市"),
    ("北京远山科技有限公司", "010-5550 8899", "北京"),
    ("Müller & Söhne", "+49 30 5550 77", "Berlin"),
)
CHANGED = "orders-mended.xlsx"
MISTAKEN = "orders-november.xlsx"
WHO = {"LOGNAME": "mei", "SUDO_USER": ""}  # who types the commands
MISTAKES: dict[str, str | int | None] = {
    "E7": "三件",
    "E30": "about 10",
    "F12": "#N/A",
    "F90": "1.299,00 €",
    "G20": "payed",
    "G21": "已发货",
    "H44": "2026-02-30",
    "B60": None,
}
CHANGES: dict[str, str | int | None] = {"G3": "done", "G9": "cancelled", "E14": 4, "F14": 1596, "I20": "改为周一送货"}
LAST_ROW = 199


@dataclass(frozen=True)
class Demo:
    """An installation that has something to look at.

    Attributes:
        mistakes: a workbook with orders that cannot be loaded.
        changes: one with orders that are there, of which some have changed.
        runs: the last run of each file, script and command, by its name without suffix.
        addresses: where those pages are that came of something done in the browser, by their names.
    """

    mistakes: Path
    changes: Path
    runs: dict[str, int]
    addresses: dict[str, str] = field(default_factory=dict)


def demo_of(installation: Installation) -> Demo:
    """Return what is in an installation that was filled."""
    return Demo(installation.folder / MISTAKEN, installation.folder / CHANGED, _runs(installation))


def fill(installation: Installation) -> None:
    """Fill an installation by the commands that anybody would type."""
    installation = replace(installation, settings=installation.settings | WHO)
    people.settle(installation)
    folder, flask = installation.folder, installation.flask
    flask("import-excel", ORDERS, "orders")
    flask("import-excel", _with(folder / MISTAKEN, MISTAKES, month=1), "orders", exit_code=3)
    flask("import-excel", _customers(folder / "customers.xlsx"), "customers")
    flask("import-excel", _with(folder / "orders-december.xlsx", {}, month=2), "orders")
    flask("runs", "undo", _runs(installation)["orders-december"], "--yes")
    flask("script", "run", "flush_calendar", "--year", 2026)
    flask("script", "run", "flush_calendar", "--year", 2027, "--dry-run")
    _with(folder / CHANGED, CHANGES)


def _runs(installation: Installation) -> dict[str, int]:
    """Return the last run of each file, script and command by its name without suffix."""
    found = {}
    for run in reversed(json.loads(installation.flask("runs", "list", "--json"))):
        name = run["name"].split(" ")[0].split(".")[0]
        if run["kind"] != "undo":
            found[f"dry-run-of-{name}" if run["dry_run"] else name] = run["id"]
    return found


def _with(path: Path, cells: dict[str, str | int | None], month: int | None = None) -> Path:
    """Write some of the orders with other cells; as those of another month under other numbers."""
    book = openpyxl.load_workbook(ORDERS)
    sheet = book.active
    assert sheet is not None
    sheet.delete_rows(LAST_ROW + 1, sheet.max_row)
    for (number,) in sheet["A2" : f"A{LAST_ROW}"] if month else ():
        number.value = f"2026{month}{number.value[5:]}"
    for address, value in cells.items():
        sheet[address] = value
    book.save(path)
    return path


def _customers(path: Path) -> Path:
    """Write a workbook of customers."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in CUSTOMERS:
        sheet.append(row)
    book.save(path)
    return path
