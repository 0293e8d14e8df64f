"""Which language a page is in: the user's own choice, else what the browser asks for."""

from __future__ import annotations

from flask import Flask, request, session
from flask_babel import Babel, get_locale

from app.http import visits

# Each language of the console, by its code as users keep it: how HTML names it, and what it calls itself. The code is
# its locale too: Babel reads `zh_CN` as `zh_Hans_CN`, for which gettext does not look into the folder zh_CN.
LANGUAGES = {"en": ("en", "English"), "zh": ("zh-CN", "简体中文")}

babel = Babel()


def init_app(app: Flask) -> None:
    """Translate the pages."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    babel.init_app(app, default_locale="en", default_timezone="UTC", locale_selector=selected)
    app.jinja_env.globals["LANGUAGES"] = LANGUAGES
    app.add_template_global(language)


def selected() -> str:
    """Return the locale of this request's page."""
    user = visits.current().user
    chosen = (user.language if user else None) or session.get("language")
    return chosen if chosen in LANGUAGES else _asked_by_browser()


def language() -> str:
    """Return the language of this page as HTML names it: `en`, `zh-CN`."""
    return LANGUAGES[str(get_locale())][0]


def _asked_by_browser() -> str:
    for wanted, quality in request.accept_languages:
        code = wanted.split("-")[0].lower()
        if code in LANGUAGES and quality > 0:
            return code
    return "en"
