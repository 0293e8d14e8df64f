"""What schemathesis loads before it asks: it keeps the admin in power, knows rules, and counts the answers."""

from __future__ import annotations

import atexit
import json
import os
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import schemathesis
import sqlalchemy as sa
from schemathesis import Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import RejectedPositiveData

# What takes an admin's power away, and a token's; each statement gives it back.
GIVE_BACK = (
    "UPDATE users SET role = 'admin', disabled_at = NULL, must_change_password = FALSE WHERE name = 'admin'",
    "UPDATE api_tokens SET revoked_at = NULL WHERE name = 'schemathesis'",
)
# Rules that no JSON Schema can state, by what is said of them: whoever breaks one is refused, and rightly.
BEYOND_SCHEMAS = re.compile(
    "|".join(
        (
            "is too deep: pages end",
            "is easily guessed",
            "bytes; 1,024 are the most",
            "no printable character",
            "has 1 to 100 printable characters",
            "A name has 1 to 64 letters of any script",
            "This Idempotency-Key came with another request before",
            "cannot be typed",
            "has no column",
            '"field": "parameters[.]',
            "Request Line is too large",
            "This is more than the operation takes",
            '"field": "file", "in": "files"',
            "The file is encrypted",
            "A table cannot be called so",
            "A new table is empty",
            "Name the table,",
        )
    )
)

_engine = sa.create_engine(os.environ["FUZZED_DATABASE"])
_answers: defaultdict[str, Counter[int]] = defaultdict(Counter)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Give the admin whose token is used back what an earlier request may have taken away."""
    del context, case, kwargs
    with _engine.begin() as connection:
        for statement in GIVE_BACK:
            connection.execute(sa.text(statement))


@schemathesis.hook
def after_call(context: Any, case: Any, response: Response) -> None:
    """Count the answer; some checks ask with another method."""
    del context
    _answers[f"{case.method} {case.operation.path}"][response.status_code] += 1


@schemathesis.hook
def filter_failure(context: Any, failure: Failure, case: Any, response: Response) -> bool:
    """Tell whether it is one: not where a rule that the specification cannot state is what refused valid data."""
    del context, case
    return not (isinstance(failure, RejectedPositiveData) and BEYOND_SCHEMAS.search(response.text))


@atexit.register
def _write_answers() -> None:
    Path(os.environ["FUZZED_ANSWERS"]).write_text(json.dumps(_answers), encoding="utf-8")
