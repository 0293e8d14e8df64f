"""A run, as the API tells of it: see the columns of `app.models.Run`, whose names these are."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.validators import OneOf

from app.models.run import MOVES


def told(field: type[fields.Field], description: str = "", **given: Any) -> Any:
    """Return a field that is always told."""
    return field(required=True, metadata={"description": description} if description else {}, **given)


def told_or_null(field: type[fields.Field], description: str = "", **given: Any) -> Any:
    """Return a field that may be null."""
    return told(field, description, allow_none=True, **given)


class ArtifactSchema(Schema):
    """A file that a run left."""

    name = told(fields.String, "Its address is `/api/v1/runs/ID/artifacts/NAME`.")
    size = told(fields.Integer, "In bytes.")
    sha256 = told(fields.String)


class RunSchema(Schema):
    """A row of the ledger: one execution of something that changes data."""

    id = told(fields.Integer)
    kind = told(fields.String, "`import`, `script`, `undo`, `user`, `token` or `initdb`.")
    name = told(fields.String, "What it does, for people: `六月.xlsx → orders`; a script's name.")
    state = told(fields.String, validate=OneOf(tuple(MOVES)))
    dry_run = told(fields.Boolean, "Everything was, or will be, rolled back.")
    operator = told(fields.String, "Who asked for it.")
    reason = told_or_null(fields.String, "Why, in the operator's words.")
    started_at = told(fields.AwareDateTime, "When it was asked for.")
    finished_at = told_or_null(fields.AwareDateTime)
    arguments = told(fields.Dict, "What was asked for, with secrets masked.")
    options = told(fields.Dict, "What the runner was told beside that.")
    rows = told(
        fields.Dict,
        "Changed rows: `{table: {inserted, updated, deleted}}`.",
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Integer()),
    )
    error = told_or_null(fields.String, "Why it failed.")
    artifacts = fields.List(
        fields.Nested(ArtifactSchema), required=True, metadata={"description": "The files that it left."}
    )
    progress_done = told_or_null(fields.Integer, "Items that are done.")
    progress_total = told_or_null(fields.Integer, "Of how many, where that is known.")
    heartbeat_at = told_or_null(fields.AwareDateTime, "When its process was last heard of.")
    stop_requested = told_or_null(fields.String, "`pause` or `cancel`, until it does so.")
    script_id = told_or_null(fields.String, "The id that a script declares, which outlives its name.")
    script_sha256 = told_or_null(fields.String, "Of the script's file.")
    git_commit = told_or_null(fields.String)
    git_dirty = told_or_null(fields.Boolean, "Files differed from the commit.")
    host = told(fields.String, "Where it goes on, or went on last.")
    pid = told(fields.Integer)
    hash = told_or_null(fields.String, "Of its last move, in the hash chain of the ledger.")
