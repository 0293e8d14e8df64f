"""The items that a script's run left out."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from flask.views import MethodView

from app.api import links
from app.api.addresses import RUN
from app.api.paging import Answer, PageQuery, page_of, paged
from app.api.runs.blueprint import blueprint
from app.api.schemas.run import told
from app.http.roles import needs
from app.services import runs


class FailureSchema(Schema):
    """An item that a run left out."""

    key = told(fields.String)
    error = told(fields.String, "What happened, without values.")


class Failures(MethodView):
    """The items that a run left out."""

    @needs("viewer")
    @blueprint.input(PageQuery, location="query")
    @blueprint.output(page_of(FailureSchema))
    @blueprint.doc(operation_id=links.FAILURES)
    def get(self, run_id: int, query_data: dict[str, Any]) -> Answer:
        """List the items that a run left out because of errors, in its order."""
        runs.get(run_id)
        found = runs.failures_page(run_id, query_data["page"], query_data["per_page"])
        return paged(found.mapped(lambda failure: {"key": failure[0], "error": failure[1]}))


blueprint.add_url_rule(f"{RUN}/failures", view_func=Failures.as_view("failures"))
