"""The states of runs, as pages show them: a word in the page's language, and a look."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from app.models import Run

STATES = {
    "queued": lazy_gettext("queued"),
    "running": lazy_gettext("running"),
    "paused": lazy_gettext("paused"),
    "succeeded": lazy_gettext("succeeded"),
    "failed": lazy_gettext("failed"),
    "cancelled": lazy_gettext("cancelled"),
    "lost": lazy_gettext("lost"),
}
# The look of each: a class of the style sheet.
TONES = {
    "queued": "quiet",
    "running": "going",
    "paused": "warning",
    "succeeded": "good",
    "failed": "bad",
    "cancelled": "quiet",
    "lost": "bad",
}


def init_app(app: Flask) -> None:
    """Give templates the badge."""
    app.add_template_global(state_badge)


def state_badge(run: Run) -> Markup:
    """Return a run's state as people see it; a dry run did nothing, and says so, also if it failed."""
    badge = Markup('<span class="badge badge-{}">{}</span>')
    if not run.dry_run:
        return badge.format(TONES[run.state], STATES[run.state])
    if run.state == "succeeded":
        return badge.format("quiet", gettext("dry run"))
    return badge.format(TONES[run.state], f"{STATES[run.state]} ({gettext('dry run')})")
