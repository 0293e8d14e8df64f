"""One run, whole: its row, its moves, and what came of it."""

from __future__ import annotations

from apiflask import Schema, fields
from apiflask.validators import OneOf

from app.api.schemas.run import RunSchema, told, told_or_null
from app.models.run import MOVES


class MoveSchema(Schema):
    """A move of a run to another state: a link of the ledger's hash chain."""

    id = told(fields.Integer)
    state = told(fields.String, validate=OneOf(tuple(MOVES)))
    at = told(fields.AwareDateTime)
    operator = told(fields.String)
    host = told(fields.String)
    pid = told(fields.Integer)
    hash = told(fields.String)


class WholeRunSchema(RunSchema):
    """A run with its moves and its result."""

    awaited = told(fields.Boolean, "It goes on, or is about to tell its result: ask again, best with `wait`.")
    result = told_or_null(
        fields.Dict,
        "What came of a run that was queued: `ok`, and its `outcome` or `error`; `notes`; of an import also "
        "`rejections`, `causes` and `plans`. It is kept where the run went on, and for a time.",
    )
    moves = fields.List(fields.Nested(MoveSchema), required=True)
    left_out = told(fields.Integer, "How many items it left out because of errors.")
    rate = told_or_null(fields.Float, "Items a second, while it goes on.")
    seconds_left = told_or_null(fields.Float, "At that rate.")
    undone_by = told_or_null(fields.Integer, "The run that took this one back.")
