"""Tell people when a run ends badly: by e-mail (`ALERT_SMTP_URL`), by a webhook (`ALERT_WEBHOOK_URL`), or both."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.signals import run_finished

BAD = ("failed", "lost")
WAYS = ("ALERT_SMTP_URL", "ALERT_WEBHOOK_URL")


def init_app(app: Flask) -> None:
    """Listen to the ends of runs, if anybody is to be told."""
    if any(app.config[way] for way in WAYS):
        run_finished.connect(tell_people, app)


def tell_people(app: Flask, state: str, dry_run: bool, **facts: Any) -> None:
    """Send a notice of a run that failed or was lost; of a dry run nobody need know."""
    if state not in BAD or dry_run:
        return
    from app.services import database, notices
    from app.services.notices.message import about_run

    notices.send(about_run({"state": state, **facts}, database.name()), app.config)
