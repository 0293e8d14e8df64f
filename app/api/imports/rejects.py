"""The rows that an import, or its dry run, could not load."""

from __future__ import annotations

from typing import Any

from apiflask.schemas import FileSchema
from flask import Response, send_file
from flask.views import MethodView

from app.api import links
from app.api.addresses import RUN
from app.api.imports.blueprint import blueprint
from app.api.problems import answers
from app.api.schemas.imported import RejectsSchema
from app.errors import Conflict, NotFound
from app.http.roles import needs
from app.http.sending import XLSX
from app.models import Run
from app.services import runs
from app.services.imports.rejects_file import REJECTS
from app.services.imports.undoable import IMPORT
from app.services.queue import results

ADDRESS = f"/runs{RUN}/rejects"


class Rejects(MethodView):
    """The rejected rows of an import."""

    @needs("operator")
    @blueprint.output(RejectsSchema)
    @blueprint.doc(operation_id=links.REJECTS)
    @answers(409)
    def get(self, run_id: int) -> dict[str, Any]:
        """Get which cells could not be loaded, and why; 409 as long as the run goes on."""
        result = results.read(_ended(run_id)) or {}
        if not result.get("rejections"):
            raise NotFound(f"Run {run_id} has told of no rejects.")
        return {"run": run_id, **result["rejections"], "causes": result["causes"]}


class RejectsWorkbook(MethodView):
    """The rejected rows of an import, to be mended."""

    @needs("operator")
    @blueprint.output(FileSchema(), content_type=XLSX, description="A workbook to mend, upload and import.")
    @blueprint.doc(operation_id=links.REJECTS_WORKBOOK)
    @answers(409)
    def get(self, run_id: int) -> Response:
        """Get the rows that could not be loaded as a workbook, each with its causes; 409 as long as the run goes on."""
        run = _ended(run_id)
        path = runs.artifact_of(run, REJECTS)
        if path is None:
            raise NotFound(f"Run {run_id} has left no rejects.")
        return send_file(path, mimetype=XLSX, as_attachment=True)


def _ended(run_id: int) -> Run:
    """Return an import that has ended.

    Raises:
        NotFound: there is none. Conflict: it goes on.
    """
    run = runs.get(run_id)
    if run.kind != IMPORT:
        raise NotFound(f"Run {run_id} is no import.")
    if results.awaited(run):
        raise Conflict(f"Run {run_id} goes on: which rows it rejects is known at its end.")
    return run


blueprint.add_url_rule(ADDRESS, view_func=Rejects.as_view("rejects"))
blueprint.add_url_rule(f"{ADDRESS}.xlsx", view_func=RejectsWorkbook.as_view("rejects_workbook"))
