"""The form model of a Click command: its fields, what the ledger keeps of its parameters, and the way back to argv.

There is one road for the command line and for a web form::

    argv --from_argv--> form values (kept, shown, sent as JSON) --to_argv--> argv --parsed--> what the function is given

so that a run is given exactly what is on record, and a run that is started again is given the same.
"""

from app.runner.parameters.argv import to_argv
from app.runner.parameters.fields import Field, fields, shown
from app.runner.parameters.json_schema import from_json, json_schema
from app.runner.parameters.kinds import FormValue
from app.runner.parameters.parsing import from_argv, parse, parsed
from app.runner.parameters.values import form_values

__all__ = [
    "Field",
    "FormValue",
    "fields",
    "form_values",
    "from_argv",
    "from_json",
    "json_schema",
    "parse",
    "parsed",
    "shown",
    "to_argv",
]
