"""One run, whole; who wants to know when it ends need not ask again and again."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.validators import Range
from flask.views import MethodView

from app.api import links
from app.api.addresses import RUN
from app.api.runs.blueprint import blueprint
from app.api.schemas.run import RunSchema
from app.api.schemas.whole_run import WholeRunSchema
from app.http.roles import needs
from app.models import Run
from app.services import runs
from app.services.imports.undoable import IMPORT, undone_by
from app.services.queue import results, waiting
from app.services.runs.pace import pace_of
from app.services.scripts import left_out


class WaitQuery(Schema):
    """How long the answer may take."""

    wait = fields.Integer(
        load_default=0,
        validate=Range(0, waiting.LONGEST_S),
        metadata={
            "description": "Answer once the run is in another state or has told its result, after so many seconds at "
            "the latest. Where many wait, the answer comes at once."
        },
    )


class OneRun(MethodView):
    """One run."""

    @needs("viewer")
    @blueprint.input(WaitQuery, location="query")
    @blueprint.output(WholeRunSchema, links=links.OF_WHOLE_RUN)
    @blueprint.doc(operation_id=links.RUN)
    def get(self, run_id: int, query_data: dict[str, Any]) -> dict[str, Any]:
        """Get a run: who, what, when, how far it is, and what came of it."""
        return _whole(waiting.wait_for_change(run_id, query_data["wait"]))


def _whole(run: Run) -> dict[str, Any]:
    awaited, moves = results.awaited(run), runs.moves_of(run.id)
    pace = pace_of(run, moves)
    undo = undone_by(run.id) if run.kind == IMPORT and run.state == "succeeded" else None
    return {
        **{name: getattr(run, name) for name in RunSchema().fields},
        "awaited": awaited,
        "result": None if awaited else results.read(run),
        "moves": moves,
        "left_out": left_out.counts([run.id]).get(run.id, 0),
        "rate": pace and pace.rate,
        "seconds_left": pace and pace.left_s,
        "undone_by": undo and undo.id,
    }


blueprint.add_url_rule(RUN, view_func=OneRun.as_view("run"))
