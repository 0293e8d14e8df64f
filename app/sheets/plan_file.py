"""Plan files: how the headers of a sheet go into a table, written down, to be used for the next sheet of that kind.

format = 1
table = "orders"
fingerprint = "sha256:…"                 of the headers
headers = ["订单号", "金额", "备注"]      in the sheet's order

[columns]                                every header; "" leaves one out
"订单号" = "order_no"
"金额" = "amount"
"备注" = ""

[options]                                options of `flask import-excel` by their names, with _ for -
null = ["无"]
date_order = "DMY"
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from app.errors import Invalid
from app.sheets.cells import column_letters
from app.sheets.convert.texts import excerpt, shown
from app.sheets.headers import Header, did_you_mean, misfits, own_headers
from app.sheets.plan import MappedColumn, Plan
from app.sheets.table import Table
from app.words import plain

FORMAT = 1
HOW = "--plan"  # how headers were matched that it matches
LARGEST = 8 << 20  # bytes; a plan of as many columns as Excel has is smaller
# The options of an import that a plan keeps. What is of one run alone is not among them: --dry-run, --limit, ...
OPTIONS = (
    "sheet",
    "header_row",
    "skip_hidden",
    "encoding",
    "delimiter",
    "null",
    "date_order",
    "thousands",
    "round",
    "binary",
    "mode",
    "key",
    "on_error",
)
ABOVE = (
    "# How a sheet goes into a table. Use it: flask import-excel FILE {table} --plan {name}\n"
    '# It may be edited. Under [columns] each header has its column; "" leaves it out. After a change of `headers`,\n'
    "# delete the line `fingerprint`.\n"
)
_KINDS: dict[str, tuple[type, ...]] = {
    "format": (int,),
    "table": (str,),
    "fingerprint": (str,),
    "headers": (list,),
    "columns": (dict,),
    "options": (dict,),
}
_NEEDED = ("format", "table", "headers", "columns")


@dataclass(frozen=True)
class PlanFile:
    """A plan: the headers that a sheet must have, the column of each ("": left out), and options that are not default.

    `path` is where it was read from.
    """

    table: str
    headers: tuple[str, ...]
    columns: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)
    path: Path = Path()

    def plan(self, sheet: str, header_row: int, headers: Sequence[Header], table: Table) -> Plan:
        """Return the plan of a sheet.

        Raises:
            Invalid: it is for another table or other headers, or the table has changed; the message lists all of it.
        """
        if self.table != table.name:
            raise Invalid(
                f"The plan {self.path.name} is for the table {self.table}, not for {table.name}.",
                "Name that table, or another plan.",
            )
        self._check_headers(headers, sheet, table)
        columns = {column.name: column for column in table.columns}
        pairs = [(position, header, self.columns.get(header, "")) for position, header in headers]
        problems = [
            f'{shown(header)} goes into "{name}", which the table does not have{did_you_mean(name, columns)}'
            for _, header, name in pairs
            if name and name not in columns
        ]
        matched = [
            MappedColumn(position, header, columns[name], HOW) for position, header, name in pairs if name in columns
        ]
        problems += misfits(matched, table)
        if problems:
            raise Invalid(
                f"The plan {self.path.name} does not fit the table {table.name}:\n  " + "\n  ".join(problems),
                "Edit it; or make a new one: leave out --plan, and say --save-plan.",
            )
        left_out = tuple((position, header) for position, header, name in pairs if not name)
        return Plan(sheet, header_row, table, tuple(matched), left_out)

    def _check_headers(self, found: Sequence[Header], sheet: str, table: Table) -> None:
        """Raise Invalid, with all differences, unless these are the headers that the plan was made for, in order."""
        there = own_headers(found, [column.name for column in table.columns])
        names = [header for _, header in there]
        if tuple(names) == self.headers:
            return
        problems = [f"missing: {shown(self.headers[index])}" for index in _beyond(self.headers, names)]
        problems += [
            f"new: {shown(there[index][1])} ({column_letters(there[index][0])})"
            for index in _beyond(names, self.headers)
        ]
        if not problems:
            problems = [
                f"moved: {shown(header)} is in column {column_letters(place)}, where the plan has {shown(planned)}"
                for (place, header), planned in zip(there, self.headers, strict=True)
                if header != planned
            ]
        raise Invalid(
            f'The headers of sheet "{sheet}" are not those of the plan {self.path.name}:\n  ' + "\n  ".join(problems),
            "Is it the right sheet? Then edit the plan, or make a new one: leave out --plan, and say --save-plan.",
        )


def plan_text(plan: PlanFile, name: str) -> str:
    """Return the plan as TOML; `name` is what the file is going to be called."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "table": plan.table,
        "fingerprint": fingerprint(plan.headers),
        "headers": list(plan.headers),
        "columns": dict(plan.columns),
    }
    if plan.options:
        content["options"] = dict(plan.options)
    return ABOVE.format(table=plain(plan.table), name=plain(name)) + tomli_w.dumps(content)


def read_plan(path: Path) -> PlanFile:
    """Return a plan.

    Raises:
        Invalid: the file is none, or does not fit together; the message says where.
    """
    content = _toml(path)
    problem = _problem(content)
    if problem:
        raise Invalid(f"The plan {path.name} {problem}.", "Mend it, or make a new one with --save-plan.")
    options = content.get("options", {})
    return PlanFile(content["table"], tuple(content["headers"]), content["columns"], options, path)


def fingerprint(headers: Sequence[str]) -> str:
    """Return what tells headers, and their order, from others."""
    text = json.dumps(list(headers), ensure_ascii=False)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _toml(path: Path) -> dict[str, Any]:
    hint = "A plan is made by: flask import-excel FILE TABLE --save-plan FILE.toml"
    if path.stat().st_size > LARGEST:
        raise Invalid(f"{path.name} is too large for a plan.", hint)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(f"{path.name} is not TOML: {excerpt(str(error))}.", hint) from None


def _problem(content: Mapping[str, Any]) -> str:
    """Return what is wrong with a plan, going on "The plan ..."; "" if nothing is."""
    if content.get("format", FORMAT) != FORMAT:
        return f"has the format {shown(content['format']) or 'of another kind'}; this version reads format {FORMAT}"
    unknown = [*_without(content, _KINDS), *_without(_table(content, "options"), OPTIONS)]
    if unknown:
        return f"has what no plan has: {', '.join(map(excerpt, unknown))}"
    for name, kinds in _KINDS.items():
        if name in content and type(content[name]) not in kinds:
            return f"has another kind of value than a plan at: {name}"
    missing = _without(_NEEDED, content)
    if missing:
        return f"lacks: {', '.join(missing)}"
    return _misfit(content["headers"], content["columns"], content.get("fingerprint"))


def _misfit(headers: Sequence[Any], columns: Mapping[str, Any], mark: str | None) -> str:
    if not headers or not all(type(value) is str for value in (*headers, *columns.values())):
        return "has something else than texts among headers and columns"
    lacking, beyond = _without(headers, columns), _without(columns, headers)
    if lacking:
        return f'says nothing under [columns] of: {", ".join(map(excerpt, lacking))}; "" leaves a header out'
    if beyond:
        return f"has columns for what is not among its headers: {', '.join(map(excerpt, beyond))}"
    if mark is not None and mark != fingerprint(headers):
        return "has headers that its fingerprint does not fit; if you have changed them, delete the line fingerprint"
    return ""


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _without(these: Iterable[str], those: Iterable[str]) -> list[str]:
    """Return those of the first that are not among the second, in order, each once."""
    there = set(those)
    return [name for name in dict.fromkeys(these) if name not in there]


def _beyond(these: Iterable[str], those: Iterable[str]) -> Iterator[int]:
    """Yield the places of those of the first that the second does not have, or not as often."""
    left = Counter(those)
    for place, name in enumerate(these):
        if left[name] <= 0:
            yield place
        left[name] -= 1
