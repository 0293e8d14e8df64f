"""Have a run pause or end."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.api import links
from app.api.addresses import RUN
from app.api.problems import answers
from app.api.runs.blueprint import blueprint
from app.api.schemas.run import RunSchema
from app.http.roles import needs
from app.models import Run
from app.runner.stopping import CANCEL, PAUSE
from app.services import runs
from app.services.runs import stopping

ASKED: dict[int | str, Any] = {
    202: {"description": "It is asked to, and does so soon.", "content": {"application/json": {"schema": RunSchema}}}
}


class Cancelling(MethodView):
    """A run that ends."""

    @needs("operator")
    @blueprint.output(RunSchema, description="It has ended.")
    @blueprint.doc(responses=ASKED, operation_id=links.CANCEL)
    @answers(409)
    def post(self, run_id: int) -> tuple[Run, int]:
        """End a run for good. A script ends at its next checkpoint; all else is broken off, and rolled back."""
        return _stop(run_id, CANCEL)


class Pausing(MethodView):
    """A run that pauses."""

    @needs("operator")
    @blueprint.output(RunSchema, status_code=202, description="It is asked to, and does so at its next checkpoint.")
    @blueprint.doc(operation_id=links.PAUSE)
    @answers(409)
    def post(self, run_id: int) -> tuple[Run, int]:
        """Have a script stop for now; it can be resumed."""
        return _stop(run_id, PAUSE)


def _stop(run_id: int, what: str) -> tuple[Run, int]:
    asked = stopping.ask(run_id, what).asked
    return runs.get(run_id), 202 if asked else 200


blueprint.add_url_rule(f"{RUN}/cancel", view_func=Cancelling.as_view("cancel"))
blueprint.add_url_rule(f"{RUN}/pause", view_func=Pausing.as_view("pause"))
