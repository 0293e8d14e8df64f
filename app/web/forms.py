"""What all forms share: a token against forged requests, and messages in the page's language."""

from __future__ import annotations

from flask import Flask
from flask_wtf import CSRFProtect, FlaskForm

from app.errors import AppError
from app.http.sides import console_only

csrf = CSRFProtect()


def init_app(app: Flask) -> None:
    """Ask every form of the console for its token; the API believes no cookie, and needs none."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(console_only(_protect))


def _protect() -> None:
    csrf.protect(apply_exemptions=True)


class Form(FlaskForm):
    """The parent of every form of the console."""

    def blame(self, error: AppError, field: str) -> None:
        """Show what a service says beside the field that is to blame."""
        target = self[field]
        target.errors = [*target.errors, str(error)]
