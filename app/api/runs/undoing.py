"""Take an import back."""

from __future__ import annotations

from typing import Any

from apiflask import fields
from apiflask.validators import Length
from flask.views import MethodView

from app.api import links
from app.api.addresses import RUN
from app.api.problems import answers
from app.api.production import ConfirmedSchema, check_confirmed
from app.api.runs.blueprint import blueprint
from app.api.schemas.queued import QueuedSchema
from app.api.schemas.strict import Boolean
from app.api.starting import starts_run
from app.http.production import is_production
from app.http.roles import needs
from app.services import queue
from app.services.queue.priorities import PRIORITIES

LONGEST_PASSWORD = 255  # Excel's own limit


class UndoSchema(QueuedSchema, ConfirmedSchema):
    """How an import is taken back."""

    keep_changed = Boolean(
        load_default=False,
        metadata={"description": "Leave rows that were changed since as they are; else nothing is undone."},
    )
    password = fields.String(
        load_default="",
        validate=Length(max=LONGEST_PASSWORD),
        metadata={"description": "Of the workbook that was imported, if it has one.", "writeOnly": True},
    )


class Undoing(MethodView):
    """An import that is taken back."""

    @needs("admin")
    @blueprint.input(UndoSchema)
    @starts_run
    @blueprint.doc(operation_id=links.UNDO)
    @answers(409)
    def post(self, run_id: int, json_data: dict[str, Any]) -> int:
        """Take an import back, all or nothing: its rows go, and those that it changed are as before."""
        if is_production():
            check_confirmed(json_data)
        return queue.queue_undo(
            run_id,
            keep_changed=json_data["keep_changed"],
            password=json_data["password"],
            priority=PRIORITIES[json_data["priority"]],
        )


blueprint.add_url_rule(f"{RUN}/undo", view_func=Undoing.as_view("undo"))
