"""Whose fault it is that a script does not take what was filled in: the parameter beside which that is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import AppError, Invalid
from app.runner import parameters
from app.runner.script import Script, UsageError


def blamed(script: Script, values: Mapping[str, Any], error: AppError | UsageError) -> tuple[str | None, str]:
    """Return the name of the parameter that is to blame, None for no single one, and what is wrong."""
    if isinstance(error, UsageError):
        parameter = getattr(error, "param", None)
        return getattr(parameter, "name", None), error.format_message()
    return _unwritable(script, values, error) if isinstance(error, Invalid) else None, str(error)


def _unwritable(script: Script, values: Mapping[str, Any], error: Invalid) -> str | None:
    """Return the name of the value that gives this error by itself as well."""
    for name, value in values.items():
        try:
            parameters.to_argv(script, {name: value})
        except Invalid as found:
            if str(found) == str(error):
                return name
    return None
