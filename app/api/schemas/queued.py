"""What everything takes that waits in the queue."""

from __future__ import annotations

from apiflask import Schema, fields
from apiflask.validators import OneOf

from app.services.queue.priorities import PRIORITIES


class QueuedSchema(Schema):
    """The parent of what starts a run."""

    priority = fields.String(
        load_default="normal",
        validate=OneOf(tuple(PRIORITIES)),
        metadata={"description": "Who goes first in the queue."},
    )
