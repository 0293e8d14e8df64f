"""What went wrong, as the API tells it (RFC 9457, "Problem Details for HTTP APIs")."""

from __future__ import annotations

from apiflask import Schema, fields


class FieldErrorSchema(Schema):
    """What is wrong with one field."""

    field = fields.String(required=True, metadata={"description": "Its name; of one inside another `options.key`."})
    in_ = fields.String(
        required=True,
        data_key="in",
        attribute="in",
        metadata={"description": "Where it stands: `json`, `query`, `form`, `headers`, `path`."},
    )
    message = fields.String(required=True)


class ProblemSchema(Schema):
    """A problem."""

    type = fields.String(required=True, metadata={"description": "`about:blank`: the status says it all."})
    title = fields.String(required=True, metadata={"description": "The same for every problem of this type."})
    status = fields.Integer(required=True)
    detail = fields.String(metadata={"description": "What happened, for people."})
    hint = fields.String(metadata={"description": "What to do about it."})
    instance = fields.String(metadata={"description": "The path that was asked for."})
    request_id = fields.String(metadata={"description": "Under which the server's log has the request."})
    errors = fields.List(fields.Nested(FieldErrorSchema), metadata={"description": "What is wrong with which field."})
