"""What programs send for the parameters of a script: JSON that its schema describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import Invalid
from app.runner import parameters
from app.runner.parameters import FormValue
from app.runner.script import Script
from app.services.scripts.secrets import is_hidden, secret_names


class WrongParameters(Invalid):
    """Parameters that a script does not have, or not of that type: what is wrong with each, by its name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


def schema_of(script: Script) -> dict[str, Any]:
    """Return the JSON Schema of a script's parameters; a secret one has no default there."""
    shown, names = parameters.shown(script), secret_names(script)
    hidden = [field.name for field in shown if is_hidden(field, names)]
    return parameters.json_schema(script, shown, hidden)


def values_of(script: Script, sent: Mapping[str, Any]) -> dict[str, FormValue]:
    """Return the form values of what was sent, as the command line would have them: those of defaults too.

    Raises:
        WrongParameters: they are not what the schema says. Invalid, UsageError: what no schema can say.
    """
    schema, given, problems = schema_of(script), dict[str, Any](), dict[str, str]()
    for name, value in sent.items():
        try:
            given[name] = parameters.from_json(schema, name, value)
        except Invalid as error:
            problems[name] = str(error)
    if problems:
        raise WrongParameters(problems)
    return parameters.from_argv(script, parameters.to_argv(script, given))
