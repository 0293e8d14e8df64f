"""Start a script with what was filled into its form."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from app.errors import AppError
from app.http.roles import needs
from app.runner.script import UsageError
from app.services import queue
from app.services.queue.priorities import HIGH, NORMAL
from app.services.scripts.blame import blamed
from app.services.scripts.request import ScriptRequest
from app.web.scripts import form
from app.web.scripts import page as pages
from app.web.scripts.blueprint import SCRIPT, blueprint
from app.web.scripts.options import OptionsForm
from app.web.scripts.page import Page

# What the buttons of the form are sent as; Enter presses the first.
DRY_RUN, RUN, MORE_ROWS = "dry-run", "run", "more-rows"
WRONG = 422


@blueprint.post(SCRIPT)
@needs("operator")
def start(name: str) -> Response | str | tuple[str, int]:
    """Queue a run of it, if it takes what was filled in; else show the form again, with what is wrong."""
    page, options = pages.of(name), OptionsForm()
    act, sent = request.form.get("act", DRY_RUN), dict(request.form.lists())
    if page.problem:
        return redirect(url_for("scripts.show", name=name))  # which says what is wrong with it
    if act == MORE_ROWS:
        return pages.drawn(page, options, page.inputs(sent, {}))
    options.ask(page, dry_run=act != RUN)
    if not options.validate():
        return pages.drawn(page, options, page.inputs(sent, {})), WRONG
    request_ = _request(page, options, sent, dry_run=act != RUN)
    try:
        priority = HIGH if request_.dry_run else NORMAL  # somebody sits there and waits to see what it shows
        return redirect(url_for("runs.show", run_id=queue.queue_script(request_, priority=priority)))
    except (AppError, UsageError) as error:
        return _again(page, options, sent, request_, error)


def _request(page: Page, options: OptionsForm, sent: form.Data, dry_run: bool) -> ScriptRequest:
    return ScriptRequest(
        name=page.path,
        loaded=page.loaded,
        values=form.values(page.fields, sent, page.secrets),
        dry_run=dry_run,
        max_rows=options.max_rows.data,
        throttle=options.throttle.data,
        pause_while=options.pauses,
        force=bool(options.force.data),
        reason=options.why,
        confirmed=options.production,
    )


def _again(
    page: Page, options: OptionsForm, sent: form.Data, request_: ScriptRequest, error: AppError | UsageError
) -> tuple[str, int]:
    """Return the form as it was sent, with what is wrong beside the parameter that is to blame."""
    to_blame, said = blamed(page.script, request_.values, error)
    if to_blame not in {field.name for field in page.fields}:
        options.form_errors.append(said)
    status = error.status if isinstance(error, AppError) else WRONG
    return pages.drawn(page, options, page.inputs(sent, {to_blame or "": [said]})), status
