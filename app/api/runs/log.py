"""The log of a run: whole, its end, or what is new in it."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.schemas import FileSchema
from apiflask.validators import Range
from flask import Response
from flask.views import MethodView

from app.api import links
from app.api.addresses import RUN
from app.api.runs.blueprint import blueprint
from app.api.runs.here import not_here
from app.http.roles import needs
from app.models.run import GOES_ON
from app.services import runs
from app.services.runs.log_part import MOST_BYTES, Part, part, start_of_tail

LARGEST = 2**40  # no log is kept up to there, and every file system can be asked for it
MOST_LINES = 10_000
EMPTY = Part(b"", 0)


class LogQuery(Schema):
    """Which part."""

    after = fields.Integer(
        load_default=0,
        validate=Range(0, LARGEST),
        metadata={"description": "What comes after so many bytes: the last `Next-Offset`."},
    )
    tail = fields.Integer(
        validate=Range(1, MOST_LINES),
        metadata={"description": "So many lines from the end; `after` does not count then."},
    )


class LogHeaders(Schema):
    """Where to go on."""

    next_offset = fields.Integer(
        data_key="Next-Offset",
        required=True,
        metadata={"description": "Give it as `after` to go on. An empty answer: there is no more yet."},
    )


class Log(MethodView):
    """The log of a run."""

    @needs("viewer")
    @blueprint.input(LogQuery, location="query")
    @blueprint.output(
        FileSchema(),
        content_type="text/plain",
        headers=LogHeaders,
        description=f"Whole characters in UTF-8, {MOST_BYTES:,} bytes at most.",
    )
    @blueprint.doc(operation_id=links.LOG)
    def get(self, run_id: int, query_data: dict[str, Any]) -> Response:
        """Get the log of a run: what it printed and logged so far."""
        run = runs.get(run_id)
        tail = query_data.get("tail")
        found = part(run, query_data["after"] if tail is None else start_of_tail(run, tail))
        if found is None and run.state not in GOES_ON:
            raise not_here(run, "log")
        found = found or EMPTY
        return Response(
            found.content, content_type="text/plain; charset=utf-8", headers={"Next-Offset": str(found.next)}
        )


blueprint.add_url_rule(f"{RUN}/log", view_func=Log.as_view("log"))
