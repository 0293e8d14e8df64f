"""What the API tells of uploads, of how they go into a table, and of what came of that."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.validators import OneOf

from app.models.run import MOVES
from app.sheets.first_rows import BLANK, NUMBER, OTHER, TEXT, UNUSABLE


def _list_of(schema: type[Schema], description: str = "") -> fields.List:
    return fields.List(
        fields.Nested(schema), required=True, metadata={"description": description} if description else {}
    )


def _texts(description: str) -> fields.List:
    return fields.List(fields.String(), required=True, metadata={"description": description})


def _or_null(field: type[fields.Field], description: str, **given: Any) -> Any:
    return field(required=True, allow_none=True, metadata={"description": description}, **given)


class UploadSchema(Schema):
    """A file that was uploaded; it is kept for a day."""

    token = fields.String(required=True)
    file_name = fields.String(required=True, metadata={"description": "As it was called, made safe."})
    kind = fields.String(required=True, metadata={"description": "By its content: xlsx, xlsb, xls, ods or text."})
    size = fields.Integer(required=True, metadata={"description": "In bytes."})
    sha256 = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)


class SheetSchema(Schema):
    """A sheet of the workbook."""

    name = fields.String(required=True)
    visible = fields.Boolean(required=True)


class HeaderSchema(Schema):
    """A header, and the column that it fills."""

    letters = fields.String(required=True, metadata={"description": "Its columns in the sheet: `B, F`."})
    header = fields.String(required=True)
    column = _or_null(fields.String, "Null: it is left out.")
    how = fields.String(
        required=True,
        metadata={
            "description": "By what it was found: `name`, `comment`, `hand` (the mapping), `new`; `rejects` is a column"
            " of a workbook of rejects; empty: it fits nothing, and the mapping has to say what it fills, or leave it"
            " out."
        },
    )
    suggestion = fields.String(required=True, metadata={"description": "The column that it is close to, if any."})


class KeySchema(Schema):
    """A unique key."""

    name = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)


class CellSchema(Schema):
    """A cell, as messages show it."""

    kind = fields.String(required=True, validate=OneOf((BLANK, TEXT, NUMBER, OTHER, UNUSABLE)))
    text = fields.String(required=True)


class SampleSchema(Schema):
    """One of the first rows."""

    row = fields.Integer(required=True, metadata={"description": "Its number in Excel."})
    cells = _list_of(CellSchema, "One for each of `headers`.")


class PlanSchema(Schema):
    """How a sheet goes into a table, as far as its headers and first rows tell."""

    kind = fields.String(required=True)
    sheets = _list_of(SheetSchema)
    sheet = _or_null(fields.String, "The one that is read.")
    header_row = _or_null(fields.Integer, "From 1.")
    headers = _list_of(HeaderSchema)
    keys = _list_of(KeySchema, "The unique keys of the table that the sheet fills whole.")
    rows = _list_of(SampleSchema)
    warnings = _texts("What is odd about the sheet.")
    problems = _texts("Why an import would be refused, each without a full stop.")
    can_be_tried = fields.Boolean(required=True)


class RejectSchema(Schema):
    """A cell that cannot be loaded."""

    file = fields.String(required=True)
    cell = fields.String(required=True, metadata={"description": "Its address: `订单!C4`."})
    row = fields.Integer(required=True)
    column = fields.String(required=True)
    cause = fields.String(required=True)
    value = fields.String(required=True, metadata={"description": 'As messages show it: `"viel"`.'})


class CauseSchema(Schema):
    """Cells that cannot be loaded for one cause in one column."""

    file = fields.String(required=True)
    sheet = fields.String(required=True)
    column = fields.String(required=True)
    cause = fields.String(required=True)
    count = fields.Integer(required=True)
    cells = fields.List(
        fields.Dict(keys=fields.String(), values=fields.String()),
        required=True,
        metadata={"description": "The first few: `{cell, value}`."},
    )


class RejectsSchema(Schema):
    """The rows of an import that cannot be loaded."""

    run = fields.Integer(required=True)
    rows = fields.Integer(required=True, metadata={"description": "That were read."})
    rejected = fields.Integer(required=True, metadata={"description": "Of them."})
    rejects = _list_of(RejectSchema, "The first cells; the workbook has all that are kept.")
    causes = _list_of(CauseSchema, "By file, column and cause, the most frequent first.")


class WhyFailedSchema(Schema):
    """Why it failed."""

    message = fields.String(required=True)
    hint = fields.String(required=True)


class RowChangeSchema(Schema):
    """A row before and after."""

    key = fields.Dict(required=True)
    before = fields.Dict(required=True, allow_none=True)
    after = fields.Dict(required=True, allow_none=True)


class OutcomeSchema(Schema):
    """What an import came to, or would have."""

    table = fields.String(required=True)
    rows = fields.Integer(required=True, metadata={"description": "Those of the sheet that the table has now."})
    counts = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "Rows by what was done: inserted, updated, deleted, unchanged, skipped."},
    )
    columns = fields.Integer(required=True, metadata={"description": "How many were proved equal to the sheet."})
    seconds = fields.Float(required=True)
    created = fields.Boolean(required=True, metadata={"description": "The table was made."})
    cannot_undo = fields.String(required=True, metadata={"description": "Why not; empty where it can be undone."})
    samples = _list_of(RowChangeSchema, "A few rows, in a dry run.")


class TrialSchema(Schema):
    """A dry run of an upload, or its import: how far it is, and what came of it."""

    run = fields.Integer(required=True)
    upload = fields.String(required=True)
    table = fields.String(required=True)
    mode = fields.String(required=True)
    dry_run = fields.Boolean(required=True)
    state = fields.String(required=True, validate=OneOf(tuple(MOVES)))
    ended = fields.Boolean(required=True, metadata={"description": "What came of it is known."})
    imported_by = _or_null(fields.Integer, "The run that imports what this dry run has tried.")
    needs_table = fields.Boolean(required=True, metadata={"description": "To confirm it, name the table."})
    error = fields.Nested(WhyFailedSchema, required=True, allow_none=True)
    outcome = fields.Nested(OutcomeSchema, required=True, allow_none=True)
    rejected = fields.Integer(required=True, metadata={"description": "Rows that cannot be loaded."})
    notes = _texts("What there is to know beside that.")
    created = fields.List(
        fields.List(fields.String()),
        required=True,
        metadata={"description": "Of a table that is made: the name and type of each column."},
    )
