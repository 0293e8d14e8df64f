"""Go on with a script's run."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.errors import AppError
from app.http.roles import needs
from app.models import Run
from app.runner.files.loading import Loaded
from app.services import queue, runs
from app.services.scripts import guards
from app.services.scripts.catalog import entry_of
from app.services.scripts.loading_in_time import load
from app.services.scripts.request import Consent
from app.services.scripts.resuming import prepared
from app.web.runs.blueprint import RUN, blueprint
from app.web.runs.forms import ResumeForm


@blueprint.route(f"{RUN}/resume", methods=["GET", "POST"])
@needs("operator")
def resume(run_id: int) -> str | Response | tuple[str, int]:
    """Ask how, then queue it; a script that changes production is an admin's, who says why and types its name."""
    runs.get(run_id)
    try:
        run, loaded = prepared(run_id, force=True, load=lambda file: load(entry_of(file)))
        guards.check_role(loaded.script)
    except AppError as error:
        return _back(run_id, str(error))
    form = _form(run, loaded, guards.needs_confirmation(loaded.script))
    if form.validate_on_submit():
        try:
            return redirect(url_for("runs.show", run_id=_queue(run_id, form, loaded)))
        except AppError as error:
            form.form_errors.append(str(error))
    return render_template("runs/resume.html", run=run, form=form), 422 if form.is_submitted() else 200


def _form(run: Run, loaded: Loaded, production: bool) -> ResumeForm:
    """Return the form, with those fields alone that matter here."""
    form = ResumeForm(reason=run.reason or "")
    matters = {
        "new_code": loaded.sha256 != run.script_sha256,
        "force": loaded.file.retired,
        "reason": production,
        "database": production,
    }
    for name in (name for name, does in matters.items() if not does):
        del form[name]
    return form


def _queue(run_id: int, form: ResumeForm, loaded: Loaded) -> int:
    given = form.data
    consent = Consent(given.get("force", False), given.get("reason"), confirmed="database" in given)
    new_code = given.get("new_code", False)
    return queue.queue_resume(run_id, new_code=new_code, max_rows=given["max_rows"], consent=consent, loaded=loaded)


def _back(run_id: int, sentence: str) -> Response:
    flash(sentence, "error")
    return redirect(url_for("runs.show", run_id=run_id))
