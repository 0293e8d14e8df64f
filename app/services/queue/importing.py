"""An import that is queued: what is asked, as JSON and back, and the doing of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.runner import locks
from app.services import runs, uploads
from app.services.imports import MODES, Head, ImportRequest, Plan, ReadOptions, RowsRejected, Rules, import_sheets
from app.services.imports.outcome import Outcome
from app.services.imports.rejections import Rejections
from app.services.imports.reports import as_dict, causes, rejections_as_dict
from app.services.imports.undoable import IMPORT
from app.services.queue.enqueuing import enqueue
from app.services.queue.priorities import NORMAL
from app.sheets.plan_file import PlanFile
from app.sheets.process import Limits
from app.sheets.read.limits import ReadLimits
from app.sheets.target import LONGEST_NAME, check_not_protected, find, is_new_name

# How many rejected cells the result lists; all that were kept are in the workbook of rejects.
MOST_LISTED = 200


def queue_import(request: ImportRequest, *, yes: bool = False, priority: int = NORMAL) -> int:
    """Queue an import, whose rejects become the artifact `rejects.xlsx` of the run; return the run's id.

    Args:
        yes: agree to the table that `create` makes, and to the deletions of the mode replace.
        priority: see `app.services.queue.priorities`.

    Raises:
        NotFound: there is no such file or table. Conflict: there is the table that is to be made.
        Refused: the table is none to import into.
    """
    missing = [path for path in request.files if not path.is_file()]
    if missing:
        raise NotFound(f"There is no file {missing[0].name} any more.", "Upload it again.")
    _check_table(request)
    request = replace(request, files=tuple(path.resolve() for path in request.files), keeps_rejects=True)
    details = runs.Details(dry_run=request.dry_run)
    body = {"request": as_json(request), "yes": yes}
    return enqueue(
        IMPORT,
        IMPORT,
        request.run_name,
        body,
        arguments=request.arguments(),
        lock_name=locks.name_of_table(request.table),
        details=details,
        priority=priority,
    )


class ImportAct:
    """An import that its process has taken up; it wrote nothing if one died over it before."""

    goes_on = False

    def __init__(self, _run_id: int, body: dict[str, Any], _begun: bool = False) -> None:
        """Do what `body` asks."""
        self._request = request_of(body["request"])
        self.said: dict[str, Any] = {"notes": [], "plans": [], "created": [], "rejections": None, "causes": []}
        self._watcher = _Watcher(body["yes"], self.said)

    def carry_out(self) -> dict[str, Any]:
        """Import; return the outcome as JSON."""
        uploads.bring_files(self._request.files)
        outcome = import_sheets(self._request, self._watcher)
        self._tell_rejections(outcome.rejections)
        return _without_rejections(outcome)

    def explain(self, error: BaseException) -> None:
        """Keep which rows were rejected, if that is what went wrong."""
        if isinstance(error, RowsRejected):
            self._tell_rejections(error.rejections)

    def _tell_rejections(self, rejections: Rejections) -> None:
        listed = replace(rejections, cells=rejections.cells[:MOST_LISTED])
        self.said |= {"rejections": rejections_as_dict(listed), "causes": causes(rejections.cells)}


class _Watcher:
    """Answers questions as the form did, and keeps what it is told."""

    def __init__(self, yes: bool, said: dict[str, Any]) -> None:
        self._yes = yes
        self._said = said

    def leave_out(self, headers: list[str]) -> bool:
        """Agree to nothing: the form says of each header where it goes."""
        del headers
        return False

    def create(self, table: str, columns: Sequence[tuple[str, str]], head: Head, rows: int) -> bool:
        """Keep the columns of the table that is made."""
        del table, head, rows
        self._said["created"] = [list(column) for column in columns]
        return self._yes

    def replace(self, table: str, rows: int) -> bool:
        """Answer as the form did."""
        del table, rows
        return self._yes

    def cannot_be_undone(self, why: str) -> None:
        """Keep it."""
        self._said["notes"].append(f"This import cannot be undone: {why}.")

    def planned(self, file: str, head: Head, plan: Plan) -> None:
        """Keep how the headers map onto the columns."""
        columns = [
            {"header": one.header, "column": one.column.name, "type": one.column.sql_type, "how": one.how}
            for one in plan.columns
        ]
        left_out = [header for _, header in plan.left_out]
        sheet = {"file": file, "sheet": head.sheet, "header_row": head.header_row}
        self._said["plans"].append({**sheet, "columns": columns, "left_out": left_out})

    def plan_saved(self, path: Path) -> None:
        """Keep where."""
        self._said["notes"].append(f"The plan is in {path}.")

    def loading(self) -> None:
        """Do nothing: the run's heart tells how far it is."""

    def progress(self, rows: int, share: float) -> None:
        """Do nothing, for the same reason."""


def _check_table(request: ImportRequest) -> None:
    with db.engine.connect() as connection:
        if not request.create:
            find(connection, request.table, db.metadata)
            return
        check_not_protected(request.table)
        if not is_new_name(request.table):
            raise Invalid("A table cannot be called so.", f"Its name has 1 to {LONGEST_NAME} characters that are seen.")
        if sa.inspect(connection).has_table(request.table):
            raise Conflict(f'There is a table "{request.table}" already.', "Import into it, or choose another name.")


def _without_rejections(outcome: Outcome) -> dict[str, Any]:
    return {name: value for name, value in as_dict(outcome).items() if name not in ("rejections", "rejects")}


def as_json(request: ImportRequest) -> dict[str, Any]:
    """Return a request as JSON, with the password of its file; `request_of` gives it back."""
    given = {name: getattr(request, name) for name in request.__dataclass_fields__}
    plan = request.plan and {**asdict(request.plan), "path": str(request.plan.path)}
    return given | {
        "files": list(map(uploads.portable, request.files)),
        "limits": asdict(request.limits),
        "mapping": dict(request.mapping),
        "rules": {**asdict(request.rules), "nulls": sorted(request.rules.nulls)},
        "mode": request.mode.name,
        "plan": plan,
        "save_plan": request.save_plan and str(request.save_plan),
        "rejects": request.rejects and str(request.rejects),
        "options": asdict(request.options),
    }


def request_of(given: dict[str, Any]) -> ImportRequest:
    """Return the request of its JSON."""
    limits, rules, plan = given["limits"], given["rules"], given["plan"]
    changed: dict[str, Any] = {
        "files": tuple(map(uploads.from_portable, given["files"])),
        "limits": Limits(limits["memory_mb"], limits["seconds"], ReadLimits(**limits["file"])),
        "rules": Rules(**{**rules, "nulls": frozenset(rules["nulls"])}),
        "mode": MODES[given["mode"]],
        "key": tuple(given["key"]),
        "plan": plan and PlanFile(**{**plan, "headers": tuple(plan["headers"]), "path": Path(plan["path"])}),
        "save_plan": given["save_plan"] and Path(given["save_plan"]),
        "rejects": given["rejects"] and Path(given["rejects"]),
        "options": ReadOptions(**given["options"]),
    }
    return ImportRequest(**{**given, **changed})
