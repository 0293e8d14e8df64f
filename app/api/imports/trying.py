"""Dry runs of uploads, and the imports of exactly what they have tried."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.api import links
from app.api.bodies import refused
from app.api.imports.blueprint import TRIAL, UPLOAD, blueprint
from app.api.problems import answers
from app.api.schemas.imported import TrialSchema
from app.api.schemas.importing import ConfirmSchema, DryRunSchema
from app.api.starting import starts_run
from app.http.roles import needs
from app.models import Run, Upload
from app.services import runs, uploaded_imports, uploads
from app.services.imports import ImportRequest
from app.services.imports.wanted import Wanted
from app.services.queue import results
from app.services.queue.priorities import PRIORITIES


class DryRuns(MethodView):
    """The dry runs of an upload."""

    @needs("operator")
    @links.leads_to(links.OF_TRIAL)
    @starts_run
    @blueprint.input(DryRunSchema)
    @blueprint.doc(operation_id=links.TRY)
    @answers(409)
    def post(self, token: str, json_data: dict[str, Any]) -> int:
        """Try an import: everything is done, and rolled back."""
        upload, priority = uploads.get(token), PRIORITIES[json_data.pop("priority")]
        wanted = Wanted(**{**json_data, "key": tuple(json_data["key"])})
        return uploaded_imports.try_out(upload, wanted.request(uploads.path_of(upload)), priority)


class DryRun(MethodView):
    """A dry run of an upload."""

    @needs("operator")
    @blueprint.output(TrialSchema)
    @blueprint.doc(operation_id=links.TRIED)
    def get(self, token: str, run_id: int) -> dict[str, Any]:
        """Get how far a dry run, or its import, is, and what came of it."""
        upload = uploads.get(token)
        asked = uploaded_imports.asked_of(upload, run_id).request
        return _as_json(upload, runs.get(run_id), asked)


class Confirmation(MethodView):
    """The import of what a dry run has tried."""

    @needs("operator")
    @starts_run
    @blueprint.input(ConfirmSchema)
    @blueprint.doc(operation_id=links.CONFIRM)
    @answers(409)
    def post(self, token: str, run_id: int, json_data: dict[str, Any]) -> int:
        """Import exactly what a dry run has tried; where that makes a table or deletes rows, `table` has to name it."""
        upload = uploads.get(token)
        asked = uploaded_imports.asked_of(upload, run_id).request
        if _needs_table(asked) and json_data["table"] != asked.table:
            done = "made" if asked.create else "replaced: rows that the sheet does not have are deleted"
            raise refused("table", "json", f"Name the table, {asked.table}, which would be {done}.")
        return uploaded_imports.confirm(upload, run_id, PRIORITIES[json_data["priority"]])


def _needs_table(asked: ImportRequest) -> bool:
    return asked.mode.deletes or asked.create


def _as_json(upload: Upload, run: Run, asked: ImportRequest) -> dict[str, Any]:
    ended = not results.awaited(run)
    result = (results.read(run) if ended else None) or {}
    return {
        "run": run.id,
        "upload": upload.token,
        "table": asked.table,
        "mode": asked.mode.name,
        "dry_run": run.dry_run,
        "state": run.state,
        "ended": ended,
        "imported_by": uploaded_imports.confirmed(upload, run.id),
        "needs_table": _needs_table(asked),
        "error": result.get("error") or ({"message": run.error, "hint": ""} if run.error else None),
        "outcome": result.get("outcome"),
        "rejected": (result.get("rejections") or {}).get("rejected", 0),
        "notes": result.get("notes", []),
        "created": result.get("created", []),
    }


blueprint.add_url_rule(f"{UPLOAD}/dry-runs", view_func=DryRuns.as_view("dry_runs"))
blueprint.add_url_rule(TRIAL, view_func=DryRun.as_view("dry_run"))
blueprint.add_url_rule(f"{TRIAL}/confirm", view_func=Confirmation.as_view("confirm"))
