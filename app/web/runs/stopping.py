"""Have a run pause or end."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import AppError
from app.http.roles import needs
from app.runner.stopping import CANCEL, PAUSE
from app.services import runs
from app.services.runs import stopping
from app.services.runs.stopping import COOPERATIVE, Stop
from app.web.runs.blueprint import RUN, blueprint


@blueprint.post(f"{RUN}/pause")
@needs("operator")
def pause(run_id: int) -> Response:
    """Have a script stop for now."""
    return _stop(run_id, PAUSE)


@blueprint.post(f"{RUN}/cancel")
@needs("operator")
def cancel(run_id: int) -> Response:
    """End a run for good."""
    return _stop(run_id, CANCEL)


def _stop(run_id: int, what: str) -> Response:
    runs.get(run_id)
    try:
        flash(_said(stopping.ask(run_id, what), what), "success")
    except AppError as error:
        flash(str(error), "error")
    return redirect(url_for("runs.show", run_id=run_id))


def _said(done: Stop, what: str) -> str:
    if not done.asked:
        said = _("Run %(run)s is cancelled.", run=done.run_id)
    elif done.kind != COOPERATIVE:
        said = _("Run %(run)s is broken off within seconds, and all of it rolled back.", run=done.run_id)
    elif what == PAUSE:
        said = _("Run %(run)s is asked to pause; it does so at its next checkpoint.", run=done.run_id)
    else:
        said = _("Run %(run)s is asked to end; it does so at its next checkpoint.", run=done.run_id)
    return str(said)
