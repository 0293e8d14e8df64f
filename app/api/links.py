"""Where an answer leads to next, for the specification: OpenAPI 3.1, "Link Object"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from app.api.documenting import spec_of

View = TypeVar("View", bound=Callable[..., Any])

# The ids of the operations that others lead to.
COLUMNS, ROWS, EXPORT, TEMPLATE = "show_table", "list_rows", "export_table", "make_template"
SHOWN, PLAN, TRY, TRIED, CONFIRM = "show_upload", "plan_import", "try_import", "show_trial", "confirm_import"
REJECTS, REJECTS_WORKBOOK = "list_rejects", "export_rejects"

RUN, LOG, FAILURES, ARTIFACT = "show_run", "read_log", "list_failures", "get_artifact"
PAUSE, CANCEL, RESUME, UNDO = "pause_run", "cancel_run", "resume_run", "undo_run"
SCRIPT, PARAMETERS, START = "show_script", "show_parameters", "run_script"


def _to(operations: tuple[str, ...], **parameters: str) -> dict[str, Any]:
    return {operation: {"operationId": operation, "parameters": parameters} for operation in operations}


OF_RUN = _to((RUN, LOG, FAILURES, PAUSE, CANCEL), run_id="$response.body#/id")
OF_RUNS = _to((RUN, LOG, FAILURES, RESUME, UNDO), run_id="$response.body#/items/0/id")
OF_WHOLE_RUN = _to((ARTIFACT,), run_id="$response.body#/id", name="$response.body#/artifacts/0/name")
OF_SCRIPTS = _to(
    (SCRIPT, PARAMETERS, START), folder="$response.body#/items/0/folder", name="$response.body#/items/0/name"
)
OF_TABLES = _to((COLUMNS, ROWS, EXPORT, TEMPLATE), table="$response.body#/items/0/name")
OF_UPLOAD = _to((SHOWN, PLAN, TRY), token="$response.body#/token")  # noqa: S106 - where one is
OF_TRIAL = {
    **_to((TRIED, CONFIRM), token="$request.path.token", run_id="$response.body#/id"),  # noqa: S106 - where one is
    **_to((REJECTS, REJECTS_WORKBOOK), run_id="$response.body#/id"),
}


def leads_to(links: dict[str, Any]) -> Callable[[View], View]:
    """Document where the answer of what starts a run leads to, beside the run itself."""

    def document(view: View) -> View:
        response = spec_of(view)["response"]
        response["links"] = {**response["links"], **links}
        return view

    return document
