"""One run, whole, and live while it goes on."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.http.roles import needs
from app.services import runs
from app.web.runs.blueprint import RUN, blueprint
from app.web.runs.context import context_of

MOST_FAILURES = 100


@blueprint.get(RUN)
@needs("viewer")
def show(run_id: int) -> str:
    """Show it."""
    run = runs.get(run_id)
    failures = runs.failures_of(run_id, MOST_FAILURES + 1)
    return render_template(
        "runs/show.html", **context_of(run), failures=failures[:MOST_FAILURES], more_failures=failures[MOST_FAILURES:]
    )


@blueprint.get(f"{RUN}/live")
@needs("viewer")
def live(run_id: int) -> str | Response:
    """Show the part that changes while it goes on; have the page load anew once it is in another state than that."""
    run = runs.get(run_id)
    if not request.headers.get("HX-Request"):
        return redirect(url_for("runs.show", run_id=run_id))
    context = context_of(run)
    if run.state != request.args.get("state") or not context["awaited"]:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("runs/live.html", **context)
