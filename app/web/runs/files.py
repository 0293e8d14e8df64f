"""The files of a run, to download: what it left, and its log."""

from __future__ import annotations

from flask import send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import NotFound
from app.http.roles import needs
from app.models import Run
from app.services import runs
from app.web.runs.blueprint import RUN, blueprint


@blueprint.get(f"{RUN}/artifacts/<name>")
@needs("operator")
def artifact(run_id: int, name: str) -> Response:
    """Send a file that the run left, if it is one that the ledger names."""
    run = runs.get(run_id)
    path = runs.artifact_of(run, name)
    if path is None:
        raise NotFound(_("Run %(run)s has no file %(name)s here.", run=run_id, name=name), _here_or_there(run))
    return send_file(path, as_attachment=True)


@blueprint.get(f"{RUN}/log")
@needs("viewer")
def log(run_id: int) -> Response:
    """Send the whole log of a run, as it is now."""
    run = runs.get(run_id)
    path = runs.log_of(run)
    if not path.is_file():
        raise NotFound(_("Run %(run)s has no log here.", run=run_id), _here_or_there(run))
    return send_file(path, "text/plain", as_attachment=True, download_name=f"run-{run_id}.log")


def _here_or_there(run: Run) -> str:
    place = runs.log_place(run)
    there = _("It ran on %(place)s: its files are there.", place=place)
    return str(there if place else _("Its files are kept for a time."))
