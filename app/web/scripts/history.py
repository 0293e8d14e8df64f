"""What the last runs of a script came to, and how long they took."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_babel import gettext as _

from app.errors import AppError
from app.models import Run
from app.services import statistics
from app.services.scripts import catalog, left_out
from app.web.charts import Point
from app.web.rendering import seconds
from app.web.states import STATES

RUNS = 20
FEWEST_POINTS = 2  # one is no line


@dataclass(frozen=True)
class History:
    """The last runs, the newest first.

    Attributes:
        left_out: how many items each left out, by its id.
        durations: of those that were no dry runs, the oldest first.
        unknown: why nothing is known, if so.
    """

    runs: list[Run] = field(default_factory=list)
    left_out: dict[int, int] = field(default_factory=dict)
    durations: list[Point] = field(default_factory=list)
    unknown: AppError | None = None


def of(entry: catalog.Entry) -> History:
    """Return the history of a script."""
    script_id = entry.outline.id
    found = catalog.history([script_id], RUNS)
    if found.unknown:
        return History(unknown=found.unknown)
    runs = found.runs.get(script_id, [])
    durations = [_point(one) for one in statistics.durations_of_script(script_id)]
    return History(runs, left_out.counts(run.id for run in runs), durations if len(durations) >= FEWEST_POINTS else [])


def told(run: Run) -> str:
    """Return a run's arguments on one line, as the ledger has them: secrets are masked there."""
    return " ".join(f"{name}={_told(value)}" for name, value in run.arguments.items())


def _told(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(_told, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _point(one: statistics.Duration) -> Point:
    title = _("Run %(run)s: %(time)s, %(state)s", run=one.run_id, time=seconds(one.seconds), state=STATES[one.state])
    return Point(title, one.seconds)
