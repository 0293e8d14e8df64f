"""How templates spell what is in runs and rows."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.models.base import utc_now
from app.web.kinds import KINDS
from app.web.runs.blueprint import blueprint
from app.web.states import STATES
from app.words import plain

blueprint.app_template_filter("plain")(plain)


@blueprint.app_template_filter("spelled")
def spelled(value: Any) -> str:
    """Return a value as text: texts as they are, a number with all its digits, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)


@blueprint.app_template_filter("age")
def age(since: datetime) -> float:
    """Return the seconds since a moment."""
    return max(0.0, (utc_now() - since).total_seconds())


@blueprint.app_template_global("state_word")
def state_word(state: str) -> str:
    """Return what a state is called."""
    return str(STATES[state])


@blueprint.app_template_global("kind_word")
def kind_word(kind: str) -> str:
    """Return what a kind of run is called; one that came later than this page as it is."""
    return str(KINDS.get(kind, kind))
