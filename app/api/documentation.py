"""The specification, for programs and as a page for people. It names no data, and is public."""

from __future__ import annotations

from typing import Any, cast

from apiflask import APIFlask
from apiflask.schemas import FileSchema
from flask import current_app, render_template
from flask.views import MethodView

from app.api import operations
from app.api.resources import FOLDER, resource
from app.http.roles import public

blueprint = resource("documentation", "The specification of the API.", url_prefix=FOLDER)


def specification() -> dict[str, Any]:
    """Return the specification; it is made at the first call."""
    found: dict[str, Any] = cast(APIFlask, current_app)._get_spec()  # type: ignore[assignment]
    return found


class Specification(MethodView):
    """The specification itself."""

    @public
    @blueprint.output({}, description="The specification, OpenAPI 3.1.")
    def get(self) -> dict[str, Any]:
        """Get the specification."""
        return specification()


class Docs(MethodView):
    """The specification as a page."""

    @public
    @blueprint.output(FileSchema(format="html"), content_type="text/html")
    def get(self) -> Any:
        """Read the specification as a page."""
        spec = specification()
        page = render_template(
            "api/docs.html",
            about=operations.paragraphs(spec["info"]["description"]),
            version=spec["info"]["version"],
            sections=operations.sections(spec),
            shapes=operations.shapes(spec),
        )
        return current_app.make_response(page)


blueprint.add_url_rule("/openapi.json", view_func=Specification.as_view("specification"))
blueprint.add_url_rule("/docs", view_func=Docs.as_view("page"))
