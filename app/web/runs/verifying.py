"""Whether the ledger is what was written."""

from __future__ import annotations

from flask import render_template

from app.errors import Invalid
from app.http.roles import needs
from app.services import runs
from app.web.runs.blueprint import blueprint
from app.web.runs.forms import VerifyForm


@blueprint.route("/verify", methods=["GET", "POST"])
@needs("admin")
def verify() -> str | tuple[str, int]:
    """Read the whole chain, and show what is wrong with it; nothing is written."""
    form = VerifyForm()
    done = None
    if form.validate_on_submit():
        try:
            done = runs.verify(form.head.data or "")
        except Invalid as error:
            form.blame(error, "head")
    status = 422 if form.is_submitted() and done is None else 200
    return render_template("runs/verify.html", form=form, done=done), status
