"""Tables: which there are, their columns and their rows, as the console shows them, for programs."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.api import links
from app.api.bodies import refused
from app.api.paging import Answer, PageQuery, page_of, paged
from app.api.problems import answers
from app.api.resources import resource
from app.api.schemas.table import RowsPageSchema, RowsQuery, TableEntrySchema, TableSchema
from app.http.roles import needs
from app.services import browsing, tables
from app.services.browsing import Cut, NoSuchColumn, RowPage
from app.services.paging import part
from app.services.tables import TableDescription

blueprint = resource("tables", "Tables and views of the database, their columns and rows.")


class Tables(MethodView):
    """All tables and views."""

    @needs("viewer")
    @blueprint.input(PageQuery, location="query")
    @blueprint.output(page_of(TableEntrySchema), links=links.OF_TABLES)
    def get(self, query_data: dict[str, Any]) -> Answer:
        """List the tables by name, then the views; opsdesk's own records are no tables here."""
        return paged(part(browsing.tables_for_browsing(), query_data["page"], query_data["per_page"]))


class OneTable(MethodView):
    """A table or a view."""

    @needs("viewer")
    @blueprint.output(TableSchema)
    @blueprint.doc(operation_id=links.COLUMNS)
    @answers(409)
    def get(self, table: str) -> TableDescription:
        """Get the columns and foreign keys of a table."""
        browsing.check_browsable(table)
        return tables.describe(table)


class Rows(MethodView):
    """The rows of a table."""

    @needs("viewer")
    @blueprint.input(RowsQuery, location="query")
    @blueprint.output(RowsPageSchema)
    @blueprint.doc(operation_id=links.ROWS)
    @answers(409)
    def get(self, table: str, query_data: dict[str, Any]) -> Answer:
        """List rows, sorted and searched; 422 where the database takes too long for that."""
        sort = query_data.get("sort")
        try:
            page = browsing.page(
                table,
                sort=sort and sort.removeprefix("-"),
                descending=sort is not None and sort.startswith("-"),
                search=query_data["search"],
                number=query_data["page"],
                per_page=query_data["per_page"],
                form=browsing.EXACT,
            )
        except NoSuchColumn as error:
            raise refused("sort", "query", str(error)) from None
        body, status, headers = paged(page)
        return body | _as_json(page), status, headers


def _as_json(page: RowPage) -> dict[str, Any]:
    names = [column.name for column in page.columns]
    items: list[dict[str, Any]] = []
    cut = []
    for place, row in enumerate(page.rows):
        cut += [{"item": place, "column": name} for name, value in zip(names, row, strict=True) if _is_cut(value)]
        items.append({name: value.value if _is_cut(value) else value for name, value in zip(names, row, strict=True)})
    sort = f"-{page.sort}" if page.descending else page.sort
    return {"items": items, "columns": names, "left_out": list(page.left_out), "sort": sort, "cut": cut}


def _is_cut(value: Any) -> bool:
    return isinstance(value, Cut)


blueprint.add_url_rule("", view_func=Tables.as_view("list"))
blueprint.add_url_rule("/<table>", view_func=OneTable.as_view("table"))
blueprint.add_url_rule("/<table>/rows", view_func=Rows.as_view("rows"))
