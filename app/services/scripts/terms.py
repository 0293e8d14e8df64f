"""The terms of a run: what its script declares, and what its options say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from app.errors import Refused
from app.extensions import db
from app.models import RunFailure
from app.runner import cursor
from app.runner.script import Pause, Script
from app.runner.sql.statements import kind_of
from app.runner.terms import Terms
from app.services.transactions import reading


def terms_of(script: Script, options: Mapping[str, Any], dry_run: bool = False) -> Terms:
    """Return the terms that a script and the options of its run set.

    Raises:
        Refused: the run whose failed items are wanted has none; what is to be asked between batches is no query.
    """
    declared = () if script.pause_while is None else (script.pause_while,)
    pauses = (*declared, *options.get("pause_while", ()))
    _check_pauses(pauses)
    return Terms(
        dry_run=dry_run,
        max_rows=options.get("max_rows"),
        throttle=options.get("throttle"),
        pauses=pauses,
        failed=_failed_keys(options["retry_failed"]) if "retry_failed" in options else None,
    )


def _check_pauses(pauses: Iterable[Pause]) -> None:
    """Raise Refused for what is sent to the database between batches, and does anything but read."""
    for pause in pauses:
        if isinstance(pause, str) and kind_of(pause, db.engine.dialect.name).verb != "read":
            raise Refused(f"--pause-while only asks, and this may do more: {pause}", "Give one SELECT.")


def _failed_keys(run_id: int) -> dict[int, list[cursor.Key]]:
    keys: dict[int, list[cursor.Key]] = {}
    with reading() as session:
        for row in session.scalars(select(RunFailure).where(RunFailure.run_id == run_id).order_by(RunFailure.id)):
            keys.setdefault(row.step, []).append(cursor.decode(row.key))
    if not keys:
        raise Refused(f"Run {run_id} left no items out.", f"See: flask runs show {run_id}")
    return keys
