"""What the ledger and the queue have, asked as somebody wants to know: it is the same for all processes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Run, RunRequest
from app.models.base import utc_now
from app.services.transactions import reading


class Ledger:
    """What the library collects from."""

    def collect(self) -> Iterator[Any]:
        """Yield each family of figures."""
        from prometheus_client.core import GaugeMetricFamily as Family

        with reading() as session:
            runs = Family("opsdesk_runs", "Runs of the ledger.", labels=("kind", "state"))
            for kind, state, count in session.execute(
                select(Run.kind, Run.state, func.count()).group_by("kind", "state")
            ):
                runs.add_metric((kind, state), count)
            yield runs
            waiting, oldest_s = _waiting(session)
            yield Family("opsdesk_queue_waiting", "Queued runs that no process has taken up.", waiting)
            yield Family("opsdesk_queue_oldest_seconds", "How long the oldest of them waits.", oldest_s)


def figures() -> bytes:
    """Return the figures as Prometheus reads them."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Ledger())
    return generate_latest(registry)


def _waiting(session: Session) -> tuple[int, float]:
    """Return how many runs wait, and for how many seconds the oldest has."""
    waiting = select(func.count(), func.min(RunRequest.created_at)).where(RunRequest.claim.is_(None))
    count, since = session.execute(waiting).one()
    return count, max((utc_now() - since).total_seconds(), 0) if since else 0
