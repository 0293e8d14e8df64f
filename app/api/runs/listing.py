"""The list of runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apiflask import fields
from apiflask.validators import Length, OneOf
from flask.views import MethodView

from app.api import links
from app.api.paging import Answer, PageQuery, page_of, paged
from app.api.runs.blueprint import blueprint
from app.api.schemas.run import RunSchema
from app.api.schemas.strict import Switch
from app.http.roles import needs
from app.models.run import MOVES
from app.services import runs
from app.services.runs import Filter

LONGEST = 255
# No run is from outside of these, and every database and time zone has them.
EARLIEST, LATEST = datetime(1971, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)


def _text(description: str) -> fields.String:
    return fields.String(validate=Length(1, LONGEST), metadata={"description": description})


class RunsQuery(PageQuery):
    """Which runs: those that meet all conditions."""

    kind = _text("`import`, `script`, `undo`, `user`, `token` or `initdb`.")
    name = _text("A part of the name.")
    state = fields.String(validate=OneOf(tuple(MOVES)))
    operator = _text("A part of who asked.")
    script = _text("The id that a script declares.")
    since = fields.AwareDateTime(metadata={"description": "Those that began then or later."})
    until = fields.AwareDateTime(metadata={"description": "Those that began before."})
    dry_run = Switch(metadata={"description": "Only dry runs, or only others."})


class Runs(MethodView):
    """All runs."""

    @needs("viewer")
    @blueprint.input(RunsQuery, location="query")
    @blueprint.output(page_of(RunSchema), links=links.OF_RUNS)
    def get(self, query_data: dict[str, Any]) -> Answer:
        """List runs, the newest first."""
        return paged(runs.page(_filter(query_data), query_data["page"], query_data["per_page"]))


def _filter(asked: dict[str, Any]) -> Filter:
    return Filter(
        **{name: asked.get(name) for name in ("kind", "name", "state", "operator", "dry_run")},
        script_id=asked.get("script"),
        since=_bounded(asked.get("since")),
        until=_bounded(asked.get("until")),
    )


def _bounded(moment: datetime | None) -> datetime | None:
    return None if moment is None else min(max(moment, EARLIEST), LATEST)


blueprint.add_url_rule("", view_func=Runs.as_view("runs"))
