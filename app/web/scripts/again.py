"""A form filled in with what an earlier run was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.models import Run
from app.runner.parameters import Field
from app.runner.script import Script
from app.services.scripts.secrets import is_lost, secret_names
from app.web.scripts import form


@dataclass(frozen=True)
class Again:
    """The arguments of a run, for a form.

    Attributes:
        values: form values.
        lost: names of what the ledger does not keep, and so has to be typed again.
        untold: names of what the form cannot show, or the script takes no more.
    """

    values: dict[str, Any]
    lost: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()


NOTHING = Again({})


def of(run: Run, script: Script, fields: Sequence[Field]) -> Again:
    """Return the arguments of a run of the script for its form, which has these fields."""
    secret, names = secret_names(script), {field.name for field in fields}
    lost = tuple(name for name, value in run.arguments.items() if is_lost(value, name in secret))
    kept = {name: value for name, value in run.arguments.items() if name in names and name not in lost}
    untold = form.unsayable(fields, kept)
    gone = [name for name in run.arguments if name not in names]
    values = {name: value for name, value in kept.items() if name not in untold}
    return Again(values, lost, (*untold, *gone))
