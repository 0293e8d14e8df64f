"""The list of runs."""

from __future__ import annotations

from flask import render_template, request

from app.http.roles import needs
from app.models.run import GOES_ON
from app.services import runs
from app.web.runs.blueprint import blueprint
from app.web.runs.filter_form import FilterForm


@blueprint.get("/")
@needs("viewer")
def list_() -> str | tuple[str, int]:
    """List the runs that fit, the newest first; the part with the rows is fetched anew while one of them goes on."""
    form = FilterForm(request.args)
    if not form.validate():
        return render_template("runs/list.html", form=form, page=None), 422
    page = runs.page(form.wanted(), request.args.get("page", 1, int))
    going_on = any(run.state in GOES_ON for run in page.items)
    template = "runs/rows.html" if request.headers.get("HX-Request") else "runs/list.html"
    return render_template(template, form=form, page=page, going_on=going_on)
