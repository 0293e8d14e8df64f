"""A script, as the API tells of it."""

from __future__ import annotations

from apiflask import Schema, fields
from apiflask.validators import OneOf

from app.api.schemas.run import told, told_or_null
from app.models.run import MOVES


class LastRunSchema(Schema):
    """The last run of a script."""

    id = told(fields.Integer)
    name = told(fields.String, "The script's at that time.")
    state = told(fields.String, validate=OneOf(tuple(MOVES)))
    dry_run = told(fields.Boolean)
    operator = told(fields.String)
    started_at = fields.String(required=True, metadata={"format": "date-time"})
    rows = told(fields.Dict)


class ScriptSchema(Schema):
    """A script, by what its file says: it is not loaded for that."""

    name = told(fields.String, "Its address is `/api/v1/scripts/FOLDER/NAME`.")
    folder = told(fields.String, "`recycle`, `unrecycle`, or its developer's.")
    path = told(fields.String)
    summary = told(fields.String)
    owner = told_or_null(fields.String)
    id = told_or_null(fields.String, "What it declares, or is made of its name; it outlives the name.")
    run_once = told(fields.Boolean)
    read_only = told(fields.Boolean)
    retired = told(fields.Boolean, "It runs with `force` only.")
    temporary = told(fields.Boolean, "It was written for one occasion.")
    age_days = told_or_null(fields.Integer, "Of a temporary one.")
    stale = told(fields.Boolean, "It is temporary, and has been for too long.")
    problem = told_or_null(fields.String, "Why it cannot be run.")
    last_run = fields.Nested(LastRunSchema, required=True, allow_none=True)


class WholeScriptSchema(ScriptSchema):
    """A script that was loaded."""

    help = told(fields.String)
    sha256 = told_or_null(fields.String, "Of its file.")
    timeout = told_or_null(fields.Float, "Seconds after which a run of it is ended.")
    changes_production = told(fields.Boolean, "A run of it, other than a dry run, needs `reason` and `confirm`.")
    parameters = told_or_null(
        fields.Dict, "What it takes, as JSON Schema, draft 2020-12; null where it cannot be loaded."
    )
