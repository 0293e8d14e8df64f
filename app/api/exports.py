"""Exports: a table as a workbook, or an empty one to fill in. For operators."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.schemas import FileSchema
from apiflask.validators import Length
from flask.views import MethodView
from werkzeug.wrappers import Response

from app.api import links
from app.api.problems import answers
from app.api.resources import resource
from app.http.roles import needs
from app.http.sending import XLSX, sent
from app.services import templates
from app.services.browsing import check_browsable
from app.services.exports.sent import MOST_ROWS, export_now
from app.sheets.target import LONGEST_NAME

blueprint = resource("exports", "Workbooks of tables, and empty ones to fill in.")

WORKBOOK = FileSchema(type="string", format="binary")


class ColumnsQuery(Schema):
    """Which columns."""

    columns = fields.List(
        fields.String(validate=Length(1, LONGEST_NAME)),
        load_default=[],
        metadata={"description": "Those to export, in this order; by default all but secrets."},
    )


class Export(MethodView):
    """A table as a workbook."""

    @needs("operator")
    @blueprint.input(ColumnsQuery, location="query")
    @blueprint.output(WORKBOOK, content_type=XLSX, description=f"A workbook, of {MOST_ROWS:,} rows at most.")
    @blueprint.doc(operation_id=links.EXPORT)
    @answers(409, 507)
    def get(self, table: str, query_data: dict[str, Any]) -> Response:
        """Export all rows of a table, as they are at one moment."""
        return sent(f"{table}.xlsx", lambda path: export_now(table, path, tuple(query_data["columns"])))


class Template(MethodView):
    """An empty workbook for a table."""

    @needs("operator")
    @blueprint.output(WORKBOOK, content_type=XLSX, description="A workbook with headers, comments and drop-downs.")
    @blueprint.doc(operation_id=links.TEMPLATE)
    @answers(409, 507)
    def get(self, table: str) -> Response:
        """Get an empty workbook for a table, to be filled in and imported."""
        check_browsable(table)
        return sent(f"{table}-template.xlsx", lambda path: templates.make_template(table, path))


blueprint.add_url_rule("/<table>.xlsx", view_func=Export.as_view("export"))
blueprint.add_url_rule("/<table>/template.xlsx", view_func=Template.as_view("template"))
