"""Go on with a script's run."""

from __future__ import annotations

from typing import Any

from apiflask.validators import Range
from flask.views import MethodView

from app.api import links
from app.api.addresses import RUN
from app.api.problems import answers
from app.api.production import ReasonedSchema, check_script
from app.api.runs.blueprint import blueprint
from app.api.schemas.queued import QueuedSchema
from app.api.schemas.strict import Boolean, Integer
from app.api.scripts import showing
from app.api.starting import starts_run
from app.http.roles import needs
from app.services import queue
from app.services.queue.priorities import PRIORITIES
from app.services.scripts.catalog import entry_of
from app.services.scripts.request import MOST_ROWS, Consent
from app.services.scripts.resuming import prepared


class ResumeSchema(QueuedSchema, ReasonedSchema):
    """How it goes on."""

    max_rows = Integer(
        validate=Range(1, MOST_ROWS),
        metadata={"description": "Another limit than it began with; it stops before it changes more."},
    )
    new_code = Boolean(load_default=False, metadata={"description": "Although the script's file has changed since."})
    force = Boolean(load_default=False, metadata={"description": "Although the script is retired."})


class Resuming(MethodView):
    """A run that goes on."""

    @needs("operator")
    @blueprint.input(ResumeSchema)
    @starts_run
    @blueprint.doc(operation_id=links.RESUME)
    @answers(409)
    def post(self, run_id: int, json_data: dict[str, Any]) -> int:
        """Go on with a script's run after its last committed batch: each item is done exactly once."""
        run, loaded = prepared(run_id, json_data["force"], lambda file: showing.loaded(entry_of(file)))
        confirmed = check_script(loaded.script, {"reason": run.reason, **json_data})
        return queue.queue_resume(
            run_id,
            new_code=json_data["new_code"],
            max_rows=json_data.get("max_rows"),
            consent=Consent(json_data["force"], json_data.get("reason"), confirmed),
            priority=PRIORITIES[json_data["priority"]],
            loaded=loaded,
        )


blueprint.add_url_rule(f"{RUN}/resume", view_func=Resuming.as_view("resume"))
