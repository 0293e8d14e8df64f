"""Take an import back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.errors import AppError
from app.http.production import is_production
from app.http.roles import needs
from app.services import queue, runs
from app.services.imports.undoable import undoable
from app.web.runs.blueprint import RUN, blueprint
from app.web.runs.forms import UndoForm


@blueprint.route(f"{RUN}/undo", methods=["GET", "POST"])
@needs("admin")
def undo(run_id: int) -> str | Response | tuple[str, int]:
    """Show what would be done, then queue it."""
    run = runs.get(run_id)
    try:
        what = undoable(run_id)
    except AppError as error:
        flash(str(error), "error")
        return redirect(url_for("runs.show", run_id=run_id))
    form = UndoForm()
    if not is_production():
        del form.database
    if form.validate_on_submit():
        try:
            undone_by = queue.queue_undo(run_id, keep_changed=form.keep_changed.data, password=form.password.data or "")
        except AppError as error:
            form.form_errors.append(str(error))
        else:
            return redirect(url_for("runs.show", run_id=undone_by))
    return render_template("runs/undo.html", run=run, what=what, form=form), 422 if form.is_submitted() else 200
