"""Tables, as the API tells of them."""

from __future__ import annotations

from apiflask import Schema, fields
from apiflask.validators import Length, OneOf

from app.api.paging import PageQuery, PageSchema
from app.services.browsing import ABOUT, EXACTLY, LONGEST_EXACT, LONGEST_SEARCH, MORE_THAN
from app.services.tables import TABLE, VIEW

KINDS = (TABLE, VIEW)
VALUES = f"""A row: the value of each column by its name, exactly. Integers and floats are numbers, decimals texts with
all of their digits; moments are texts of ISO 8601, without a zone as the database keeps them; bytes are base64. A float
that is no number is `inf`, `-inf` or `nan`. Of a text or of bytes come {LONGEST_EXACT:,} at most: see `cut`."""


class TableEntrySchema(Schema):
    """A table or a view."""

    name = fields.String(required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    rows = fields.Integer(required=True, allow_none=True, metadata={"description": "Null where nobody counts them."})
    precision = fields.String(
        required=True,
        validate=OneOf((EXACTLY, ABOUT, MORE_THAN, "")),
        metadata={"description": "How to take `rows`."},
    )
    comment = fields.String(required=True)


class ColumnSchema(Schema):
    """A column."""

    name = fields.String(required=True)
    type = fields.String(required=True, metadata={"description": "As the database spells it."})
    nullable = fields.Boolean(required=True)
    default = fields.String(required=True, allow_none=True, metadata={"description": "An expression of SQL."})
    automatic = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "`auto-increment` or `generated`, if the database fills it in."},
    )
    keys = fields.List(
        fields.String(), required=True, metadata={"description": "The unique keys that it is part of, by their names."}
    )
    comment = fields.String(required=True)


class ForeignKeySchema(Schema):
    """Columns that take their values from another table's, in the same order."""

    name = fields.String(required=True, allow_none=True)
    columns = fields.List(fields.String(), required=True)
    table = fields.String(required=True)
    referred_columns = fields.List(fields.String(allow_none=True), required=True)


class TableSchema(Schema):
    """A table or a view with its columns, in their order."""

    name = fields.String(required=True)
    kind = fields.String(required=True, validate=OneOf(KINDS))
    comment = fields.String(required=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)
    foreign_keys = fields.List(fields.Nested(ForeignKeySchema), required=True)


class RowsQuery(PageQuery):
    """Which rows, in which order."""

    sort = fields.String(
        validate=Length(1, 200),
        metadata={"description": "A column; `-amount` is descending. By default the first column of the key."},
    )
    search = fields.String(
        load_default="",
        validate=Length(max=LONGEST_SEARCH),
        metadata={"description": "A text that stands in a row's texts, or is one of its numbers, dates or times."},
    )


class CutSchema(Schema):
    """A value of which only the beginning is there."""

    item = fields.Integer(required=True, metadata={"description": "The place of its row in `items`, from 0."})
    column = fields.String(required=True)


class RowsPageSchema(PageSchema):
    """Rows of a table."""

    items = fields.List(
        fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), metadata={"description": VALUES}),
        required=True,
    )
    columns = fields.List(fields.String(), required=True, metadata={"description": "In the table's order."})
    left_out = fields.List(
        fields.String(), required=True, metadata={"description": "Columns that by their names are secrets."}
    )
    sort = fields.String(required=True)
    cut = fields.List(fields.Nested(CutSchema), required=True, metadata={"description": "Values that are longer."})
