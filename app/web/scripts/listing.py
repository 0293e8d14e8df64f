"""All scripts, by folder, with the last run of each."""

from __future__ import annotations

from itertools import groupby

from flask import render_template, request

from app.http.roles import needs
from app.services.scripts import catalog
from app.web.scripts.blueprint import blueprint

blueprint.add_app_template_global(lambda entry: entry.full_name, "script_name")


@blueprint.get("/")
@needs("viewer")
def list_() -> str:
    """List all scripts, or those in which something is searched for."""
    search = request.args.get("search", "").strip()
    entries = catalog.matching(search)
    found = catalog.history(entry.outline.id for entry in entries)
    return render_template(
        "scripts/list.html",
        search=search,
        folders=[(folder, list(group)) for folder, group in groupby(entries, lambda entry: entry.file.folder)],
        last={script_id: runs[0] for script_id, runs in found.runs.items() if runs},
        unknown=found.unknown,
    )
