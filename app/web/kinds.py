"""What the kinds of runs are called in the page's language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

KINDS = {
    "import": _("import"),
    "script": _("script"),
    "undo": _("undo"),
    "user": _("user"),
    "token": _("token"),
    "initdb": "initdb",
}
