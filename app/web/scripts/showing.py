"""One script: its help, its form, its history."""

from __future__ import annotations

from flask import request

from app.http.roles import needs
from app.services.scripts import earlier
from app.web import run_ids
from app.web.scripts import again, inputs
from app.web.scripts import page as pages
from app.web.scripts.blueprint import SCRIPT, blueprint
from app.web.scripts.options import OptionsForm

for use in (inputs.input_mode, inputs.is_day):
    blueprint.add_app_template_global(use)


@blueprint.get(SCRIPT)
@needs("viewer")
def show(name: str) -> str:
    """Show it, with the arguments of an earlier run filled in where `again` names one."""
    page, filled = pages.of(name), again.NOTHING
    if page.loaded and (run_id := request.args.get("again", type=run_ids.read)):
        filled = again.of(earlier.run_of(run_id, page.script), page.script, page.fields)
    return pages.drawn(page, OptionsForm(formdata=None), page.filled(filled.values), filled)
