"""The list of scripts."""

from __future__ import annotations

from typing import Any

from apiflask import fields
from apiflask.validators import Length
from flask.views import MethodView

from app.api import links
from app.api.paging import Answer, PageQuery, page_of, paged
from app.api.schemas.script import ScriptSchema
from app.api.scripts.blueprint import blueprint
from app.http.roles import needs
from app.services.paging import part
from app.services.scripts import catalog
from app.services.search_text import LONGEST_SEARCH


class ScriptsQuery(PageQuery):
    """Which scripts."""

    search = fields.String(
        load_default="",
        validate=Length(max=LONGEST_SEARCH),
        metadata={"description": "Words that stand in folder, name, summary or owner."},
    )


class Scripts(MethodView):
    """All scripts."""

    @needs("viewer")
    @blueprint.input(ScriptsQuery, location="query")
    @blueprint.output(page_of(ScriptSchema), links=links.OF_SCRIPTS)
    def get(self, query_data: dict[str, Any]) -> Answer:
        """List scripts by folder and name, each with its last run."""
        page = part(catalog.matching(query_data["search"]), query_data["page"], query_data["per_page"])
        known = catalog.history(entry.outline.id for entry in page.items).runs
        return paged(page.mapped(lambda entry: catalog.as_dict(entry, known.get(entry.outline.id, []))))


blueprint.add_url_rule("", view_func=Scripts.as_view("scripts"))
