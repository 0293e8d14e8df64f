"""A resource of the API: the views at one address, strict about what they take, and documented."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apiflask import APIBlueprint
from marshmallow import RAISE

from app.api import documenting

FOLDER = "/api/v1"


def resource(name: str, description: str, url_prefix: str | None = None) -> Resource:
    """Return the blueprint of a resource: `api_NAME`, at /api/v1/NAME unless it is said otherwise."""
    prefix = f"{FOLDER}/{name}" if url_prefix is None else url_prefix
    tag = {"name": name, "description": description}
    return Resource(f"api_{name}", __name__, tag=tag, url_prefix=prefix)


class Resource(APIBlueprint):
    """A blueprint whose views refuse what they do not know, and whose addresses end without a slash."""

    def input(self, schema: Any, location: str = "json", *args: Any, **given: Any) -> Callable[..., Any]:
        """Take input as APIFlask does; members and parameters that the schema does not know are refused."""
        return super().input(schema, location, *args, **{"unknown": RAISE, **given})

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **options: Any
    ) -> None:
        """Add the views at an address, and document what all answers share."""
        view_class = getattr(view_func, "view_class", view_func)
        for view in _views(view_class):
            documenting.complete(view, rule)
        super().add_url_rule(rule.rstrip("/"), endpoint, view_func, *args, **options)


def _views(view: Any) -> list[Callable[..., Any]]:
    """Return the method of each HTTP method of a class; a plain view is its own."""
    if isinstance(view, type):
        return [getattr(view, method.lower()) for method in view.methods or ()]  # type: ignore[attr-defined]
    return [view]
