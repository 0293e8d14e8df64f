"""Lists, a page at a time: what is asked for, what is answered, where the other pages are."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from apiflask import Schema, fields
from apiflask.validators import Range
from flask import request

from app.services.paging import MOST_PER_PAGE, PER_PAGE, Page

LARGEST_PAGE = 2**31 - 1

Answer = tuple[dict[str, Any], int, dict[str, str]]


class PageQuery(Schema):
    """The parent of what lists take as query parameters."""

    page = fields.Integer(load_default=1, validate=Range(1, LARGEST_PAGE), metadata={"description": "From 1."})
    per_page = fields.Integer(load_default=PER_PAGE, validate=Range(1, MOST_PER_PAGE))


class PageSchema(Schema):
    """The parent of all lists."""

    page = fields.Integer(required=True)
    per_page = fields.Integer(required=True)
    total = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of the whole list; null where counting takes long."}
    )
    total_is_exact = fields.Boolean(required=True, metadata={"description": "Else there are more than `total`."})


def page_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of a list of these: `@blueprint.output(page_of(RunSchema))`."""
    name = f"{item.__name__.removesuffix('Schema')}Page"
    return type(name, (PageSchema,), {"items": fields.List(fields.Nested(item), required=True)})


def paged(page: Page[Any]) -> Answer:
    """Return a page as an answer, with links to its neighbours (RFC 8288)."""
    body = {
        "items": list(page.items),
        "page": page.number,
        "per_page": page.per_page,
        "total": page.total,
        "total_is_exact": page.total_is_exact,
    }
    return body, 200, {"Link": _links(page)}


def _links(page: Page[Any]) -> str:
    numbers = {"first": 1}
    if page.has_previous:
        numbers["prev"] = page.number - 1
    if page.has_next:
        numbers["next"] = page.number + 1
    return ", ".join(f'<{_address(number)}>; rel="{name}"' for name, number in numbers.items())


def _address(number: int) -> str:
    """Return the address of another page, in ASCII: a table may have any name, and a header cannot."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"{quote(request.path)}?{urlencode([*others, ('page', number)])}"
