"""What follows a run of a script: a dry run is done for real, items that failed are taken up."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.errors import AppError
from app.http.roles import needs
from app.services import queue, runs
from app.services.queue import results
from app.services.queue.priorities import HIGH
from app.services.scripts import catalog, earlier
from app.services.scripts.request import ScriptRequest
from app.web.scripts import next_steps
from app.web.scripts import page as pages
from app.web.scripts.blueprint import RUN, blueprint
from app.web.scripts.options import ConsentForm
from app.web.scripts.page import Page

blueprint.add_app_template_global(next_steps.next_steps)


@blueprint.route(f"{RUN}/apply", methods=["GET", "POST"])
@needs("operator")
def apply(run_id: int) -> Response | str | tuple[str, int]:
    """Do for real what a dry run did; the page shows once more what that was."""
    run = runs.get(run_id)
    page, form = _page_of(run_id), ConsentForm()
    assert page.loaded is not None  # noqa: S101 - else there was an error
    earlier.dry_run_to_apply(run_id, page.script, page.loaded.sha256)
    form.ask(page, dry_run=False)
    if form.validate_on_submit():
        asked = ScriptRequest(
            page.path,
            loaded=page.loaded,
            applies=run_id,
            force=bool(form.force.data),
            reason=form.why,
            confirmed=form.production,
        )
        try:
            return redirect(url_for("runs.show", run_id=queue.queue_script(asked)))
        except AppError as error:
            form.form_errors.append(str(error))
    shown = render_template("scripts/apply.html", page=page, run=run, form=form, result=results.read(run))
    return (shown, 422) if form.is_submitted() else shown


@blueprint.post(f"{RUN}/retry")
@needs("operator")
def retry(run_id: int) -> Response:
    """Go through the items that a run left out, for now without keeping anything."""
    page = _page_of(run_id)
    asked = ScriptRequest(page.path, loaded=page.loaded, dry_run=True, force=True, retries=run_id)
    return redirect(url_for("runs.show", run_id=queue.queue_script(asked, priority=HIGH)))


def _page_of(run_id: int) -> Page:
    """Return the page of a run's script.

    Raises:
        NotFound: the script is gone. Failed: it is broken.
    """
    page = pages.of(catalog.of_run(runs.get(run_id)).full_name)
    if page.problem:
        raise page.problem
    return page
