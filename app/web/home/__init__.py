"""The first page: what runs now, what ran last, what is in the database, what is wrong."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import format_date
from flask_babel import gettext as _

from app.http.roles import needs
from app.models import Run
from app.services import alerts, browsing, runs, statistics
from app.services.runs import Filter
from app.web.access import may
from app.web.charts import Bar

blueprint = Blueprint("home", __name__)

LAST_RUNS = 8
GOING_ON = ("running", "queued", "paused")


@blueprint.get("/")
@needs("viewer")
def show() -> str:
    """Show it."""
    return render_template(
        "home/show.html",
        now=_now(),
        last=runs.newest(LAST_RUNS),
        tables=browsing.tables_for_browsing(),
        alerts=alerts.alerts() if may("admin") else [],  # they name files and servers
        days=[_bar(day) for day in statistics.runs_per_day()],
        imports=[_rows(done) for done in statistics.rows_per_import()],
    )


@blueprint.get("/now")
@needs("viewer")
def now() -> str:
    """Show the part of it that says what runs now; the page fetches it again and again."""
    return render_template("home/now.html", now=_now())


def _now() -> list[Run]:
    return [run for state in GOING_ON for run in runs.newest(LAST_RUNS, Filter(state=state))]


def _bar(day: statistics.DayCount) -> Bar:
    title = _(
        "%(day)s: %(good)s succeeded, %(bad)s failed, %(other)s others",
        day=format_date(day.day, "medium"),
        good=day.succeeded,
        bad=day.failed,
        other=day.other,
    )
    parts = (("good", day.succeeded), ("bad", day.failed), ("other", day.other))
    return Bar(f"{day.day:%m-%d}", title, parts)


def _rows(done: statistics.ImportedRows) -> Bar:
    title = _("Run %(run)s: %(rows)s rows into %(table)s", run=done.run_id, rows=f"{done.rows:,}", table=done.table)
    return Bar(str(done.run_id), title, (("rows", done.rows),))
