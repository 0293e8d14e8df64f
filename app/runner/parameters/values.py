"""From the parameters that Click gives a function to form values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from click import Command

from app.runner.parameters.declared import declared, form_value
from app.runner.parameters.kinds import FormValue


def form_values(command: Command, parameters: Mapping[str, Any]) -> dict[str, FormValue]:
    """Return the form values of converted parameters, by name.

    Text, numbers, choices, dates, files and paths are text; flags and booleans are bool; a count is int; multiple,
    nargs other than 1 and tuples are lists, both together lists of lists. What is None or empty was not given and is
    left out. All of it survives JSON unchanged.

    parameters: as in `context.params`. What a parameter's callback made of a value is taken for the value: where there
        are callbacks, take `from_argv`.

    Raises:
        Invalid: a value cannot be written so that its type reads it back the same.
    """
    given = {name: value for name, value in parameters.items() if value is not None and value not in ((), [])}
    return {found.name: form_value(found, given[found.name]) for found in declared(command) if found.name in given}
