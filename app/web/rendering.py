"""How templates show times, numbers, states and addresses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from markupsafe import Markup

from app.http import visits
from app.models import Run
from app.models.base import utc_now
from app.services.browsing import TableEntry
from app.services.tables import VIEW


def init_app(app: Flask) -> None:
    """Give templates these filters and functions."""
    for use in (moment, number, seconds, size, took, rows):
        app.add_template_filter(use)
    for give in (with_arguments, role_name, row_count, has_page):
        app.add_template_global(give)
    app.add_template_global(visits.current, "asker")


def moment(value: datetime | None) -> Markup:
    """Return a time as the browser's clock may show it too: `2026-11-20 14:02`, in the server's time zone."""
    if value is None:
        return Markup("–")
    local = value.astimezone()
    return Markup('<time datetime="{}">{}</time>').format(
        value.astimezone(UTC).isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M}"
    )


def number(value: float | None) -> str:
    """Return a number with its thousands apart; a dash for none."""
    return "–" if value is None else str(format_decimal(value))


def seconds(value: float | None) -> str:
    """Return a duration: `0.4 s`, `12 s`, `3:04`, `1:02:03`."""
    if value is None:
        return "–"
    if value < 60:
        return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(value: int) -> str:
    """Return a number of bytes: `812 B`, `4.2 MiB`."""
    amount = float(value)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


def took(run: Run) -> float | None:
    """Return how many seconds a run took, or has taken so far; None of one that has not begun."""
    if run.state == "queued":
        return None
    return ((run.finished_at or utc_now()) - run.started_at).total_seconds()


def rows(run: Run) -> str:
    """Return what a run did to rows: `48,210 inserted`; of a script that is still at it how far it is."""
    words = {"inserted": _("%(count)s inserted"), "updated": _("%(count)s updated"), "deleted": _("%(count)s deleted")}
    sums = {what: sum(table.get(what, 0) for table in run.rows.values()) for what in words}
    done = str(_(", ")).join(words[what] % {"count": number(count)} for what, count in sums.items() if count)
    if done or run.progress_done is None:
        return done
    return str(_("%(count)s read", count=number(run.progress_done)))


def row_count(table: TableEntry) -> str:
    """Return how many rows a table has, and how surely that is known."""
    if table.rows is None:
        return str(_("view")) if table.kind == VIEW else "–"  # counting took too long
    words = {"exactly": "%(rows)s", "about": _("about %(rows)s"), "more than": _("more than %(rows)s")}
    return str(words[table.precision]) % {"rows": number(table.rows)}


def with_arguments(**changes: Any) -> str:
    """Return the address of this page with other query arguments; None takes one away."""
    given = {**request.args.to_dict(), **changes}
    kept = {name: value for name, value in given.items() if value not in (None, "")}
    path = url_for(str(request.endpoint), **(request.view_args or {}))  # arguments of ours alone: url_for obeys others
    return f"{path}?{urlencode(kept)}" if kept else path


def role_name(role: str) -> str:
    """Return what a role is called in the page's language."""
    return str({"viewer": _("viewer"), "operator": _("operator"), "admin": _("admin")}[role])


def has_page(endpoint: str) -> bool:
    """Tell whether the console has a page of that name."""
    return endpoint in current_app.view_functions
