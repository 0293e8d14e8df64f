"""The specification of the API, OpenAPI 3.1: made once from the views themselves."""

from __future__ import annotations

from typing import Any

from apiflask import APIFlask
from apispec.ext.marshmallow.common import make_schema_key
from marshmallow import Schema

from app.api.documenting import TOKEN

DESCRIPTION = """What the console does, for programs: tables, imports, exports, scripts, runs, users.

Every operation but those of health asks for a token: `Authorization: Bearer TOKEN`. What goes wrong is told as problem
details (RFC 9457)."""
SETTINGS: dict[str, Any] = {
    "OPENAPI_VERSION": "3.1.0",
    "DESCRIPTION": DESCRIPTION,
    "SERVERS": [{"url": "/"}],
    "SECURITY_SCHEMES": {TOKEN: {"type": "http", "scheme": "bearer"}},
    "AUTO_OPERATION_ID": True,
    # What these would add has another shape than our problems.
    "AUTO_200_RESPONSE": False,
    "AUTO_404_RESPONSE": False,
    "AUTO_AUTH_ERROR_RESPONSE": False,
    "AUTO_VALIDATION_ERROR_RESPONSE": False,
}


class Application(APIFlask):
    """A Flask application with a specification; that and its page are views of ours, and so are its errors."""

    def __init__(self, import_name: str, instance_path: str) -> None:
        super().__init__(
            import_name,
            title="opsdesk",
            version="1",
            spec_path=None,
            docs_path=None,
            json_errors=False,
            instance_path=instance_path,
        )
        self.schema_name_resolver = _name_of

    def _register_schema_and_get_ref(self, spec: Any, registered_schema_classes: Any, schema_obj: Any) -> Any:
        """Return the reference to a schema. One that another has inside was registered with that one.

        APIFlask 3.1 would register it again by another name.
        """
        names = self._ma_plugin.converter.refs if self._ma_plugin.converter else {}
        if isinstance(schema_obj, Schema) and (key := make_schema_key(schema_obj)) in names:
            return {"$ref": f"#/components/schemas/{names[key]}"}
        return super()._register_schema_and_get_ref(spec, registered_schema_classes, schema_obj)


def init_app(app: Application) -> None:
    """Say what is common to all operations."""
    app.config.update(SETTINGS)
    app.spec_processor(_require_bodies)


def _name_of(schema: Any) -> str:
    """Return what a schema is called in the specification: its class without `Schema`."""
    cls = schema if isinstance(schema, type) else type(schema)
    return cls.__name__.removesuffix("Schema")


def _require_bodies(spec: Any) -> Any:
    """Return the specification with bodies required where a field of theirs is, of which APIFlask says nothing."""
    schemas = spec.get("components", {}).get("schemas", {})
    for operations in spec["paths"].values():
        for operation in operations.values():
            if "requestBody" in (operation if isinstance(operation, dict) else {}):
                body = operation["requestBody"]
                given = [media["schema"] for media in body["content"].values()]
                body["required"] = any(_resolved(schema, schemas).get("required") for schema in given)
    return spec


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Return a schema, or the one that it refers to."""
    named: dict[str, Any] = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
    return named
