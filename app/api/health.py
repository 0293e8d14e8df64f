"""Whether the server lives and can do its work: for load balancers and whoever watches over it.

It names neither hosts nor causes: anybody may ask.
"""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.validators import OneOf
from flask.views import MethodView

from app.api.limits import unlimited
from app.api.resources import resource
from app.http.failures import retry_after
from app.http.roles import public
from app.services import readiness

OK, FAILED = "ok", "failed"

blueprint = resource("health", "Whether the server lives and can do its work.", url_prefix="")


def _state(**given: Any) -> fields.String:
    return fields.String(required=True, validate=OneOf((OK, FAILED)), **given)


class LiveSchema(Schema):
    """Whether the server lives."""

    status = _state()


class ChecksSchema(Schema):
    """What was asked."""

    database = _state(metadata={"description": "The database answers."})
    migrations = _state(metadata={"description": "Its tables are those that this code expects."})
    queue = _state(metadata={"description": "Redis answers, where there is one; else the database is the queue."})


class ReadySchema(LiveSchema):
    """Whether the server can do its work."""

    checks = fields.Nested(ChecksSchema, required=True)


NOT_READY: Any = {
    "description": "Something failed; `checks` names it.",
    "content": {"application/json": {"schema": ReadySchema}},
}


class Live(MethodView):
    """Whether this process answers."""

    @public
    @unlimited
    @blueprint.output(LiveSchema)
    def get(self) -> dict[str, str]:
        """Tell that this process answers; nothing else is asked."""
        return {"status": OK}


class Ready(MethodView):
    """Whether this process can do its work."""

    @public
    @unlimited
    @blueprint.output(ReadySchema)
    @blueprint.doc(responses={503: NOT_READY})
    def get(self) -> tuple[dict[str, Any], int, dict[str, str]]:
        """Tell whether database, migrations and queue are as they should be; 503 if not."""
        found = readiness.checks()
        status = OK if all(found.values()) else FAILED
        said = {name: OK if is_ready else FAILED for name, is_ready in found.items()}
        code = 200 if status == OK else 503
        return {"status": status, "checks": said}, code, retry_after(code)


blueprint.add_url_rule("/healthz", view_func=Live.as_view("live"))
blueprint.add_url_rule("/readyz", view_func=Ready.as_view("ready"))
