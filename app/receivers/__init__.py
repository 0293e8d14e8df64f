"""What the application does about its own signals: an audit line, an alert, fresh pages."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Connect the receivers that ship to the signals of this application; those that no setting asks for stay out."""
    from app.receivers import audit, notify

    audit.init_app(app)
    notify.init_app(app)
    if app.config["REDIS_URL"]:  # without it nothing is kept; and commands start faster without what this imports
        from app.receivers import invalidate

        invalidate.init_app(app)
