"""One script: its help, and what it takes."""

from __future__ import annotations

import json
from typing import Any

from flask import Response
from flask.views import MethodView

from app.api import links
from app.api.problems import answers
from app.api.schemas.script import WholeScriptSchema
from app.api.scripts.blueprint import SCRIPT, blueprint
from app.errors import Conflict, Failed
from app.http.roles import needs
from app.runner.files.loading import Loaded
from app.services.scripts import catalog, guards
from app.services.scripts.catalog import Entry
from app.services.scripts.loading_in_time import load
from app.services.scripts.sent import schema_of

SCHEMA_TYPE = "application/schema+json"


class OneScript(MethodView):
    """One script."""

    @needs("viewer")
    @blueprint.output(WholeScriptSchema)
    @blueprint.doc(operation_id=links.SCRIPT)
    def get(self, folder: str, name: str) -> dict[str, Any]:
        """Get a script: what it does, what it takes, and its last run."""
        entry = entry_of(folder, name)
        try:
            script, problem = load(entry).script, None
        except Failed as error:
            script, problem = None, str(error)
        told = catalog.as_dict(entry, catalog.history([entry.outline.id]).runs.get(entry.outline.id, []))
        return {
            **told,
            **catalog.details(entry, script),
            "problem": told["problem"] or problem,
            "changes_production": script is not None and guards.needs_confirmation(script),
            "parameters": schema_of(script) if script else None,
        }


class Parameters(MethodView):
    """What a script takes."""

    @needs("viewer")
    @blueprint.output({}, content_type=SCHEMA_TYPE, description="A JSON Schema, draft 2020-12.")
    @blueprint.doc(operation_id=links.PARAMETERS)
    @answers(409)
    def get(self, folder: str, name: str) -> Response:
        """Get the parameters of a script as JSON Schema: `parameters` of a run of it is such an object."""
        schema = schema_of(loaded(entry_of(folder, name)).script)
        return Response(json.dumps(schema, ensure_ascii=False), content_type=SCHEMA_TYPE)


def entry_of(folder: str, name: str) -> Entry:
    """Return a script.

    Raises:
        NotFound: there is none at this address.
    """
    return catalog.get(f"{folder}/{name}")


def loaded(entry: Entry) -> Loaded:
    """Return a script, loaded.

    Raises:
        Conflict: it is broken.
    """
    try:
        return load(entry)
    except Failed as error:
        raise Conflict(error.message, error.hint) from error


blueprint.add_url_rule(SCRIPT, view_func=OneScript.as_view("script"))
blueprint.add_url_rule(f"{SCRIPT}/parameters", view_func=Parameters.as_view("parameters"))
