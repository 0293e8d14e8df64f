"""Start a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from apiflask import HTTPError, fields
from apiflask.validators import Length, Range
from flask.views import MethodView

from app.api import links
from app.api.bodies import refused
from app.api.problems import answers
from app.api.production import ReasonedSchema, check_script
from app.api.schemas.queued import QueuedSchema
from app.api.schemas.strict import Boolean, Integer, Number
from app.api.scripts.blueprint import SCRIPT, blueprint
from app.api.scripts.showing import entry_of, loaded
from app.api.starting import starts_run
from app.errors import AppError, Refused
from app.http import visits
from app.http.roles import needs
from app.models.run import LARGEST_ID
from app.models.user import ADMIN
from app.runner.script import Script, UsageError
from app.services import queue
from app.services.queue.priorities import PRIORITIES
from app.services.scripts.blame import blamed
from app.services.scripts.catalog import Entry
from app.services.scripts.request import MOST_ROWS, ScriptRequest
from app.services.scripts.sent import WrongParameters, values_of

LONGEST_QUERY = 4000
MOST_QUERIES = 20


class RunScriptSchema(QueuedSchema, ReasonedSchema):
    """What a run of a script is asked."""

    parameters = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "As the JSON Schema of the script says: see `/parameters`."},
    )
    dry_run = Boolean(
        load_default=False, metadata={"description": "Do everything, tell what would change, and roll it back."}
    )
    apply = Integer(
        validate=Range(1, LARGEST_ID),
        metadata={"description": "Do for real what this dry run did, with its parameters and options."},
    )
    retry_failed = Integer(
        validate=Range(1, LARGEST_ID),
        metadata={"description": "Go through the items alone that failed in this run, with its parameters."},
    )
    max_rows = Integer(
        validate=Range(1, MOST_ROWS), metadata={"description": "If more rows change, fail, and roll back."}
    )
    throttle = Number(
        validate=Range(min=0, min_inclusive=False),
        metadata={"description": "Most items a second.", "exclusiveMinimum": 0},
    )
    pause_while = fields.List(
        fields.String(validate=Length(1, LONGEST_QUERY)),
        load_default=list,
        validate=Length(max=MOST_QUERIES),
        metadata={
            "description": "Queries; wait between batches while the first value of one is neither NULL, 0 nor blank. "
            "For admins: they read any table."
        },
    )
    force = Boolean(load_default=False, metadata={"description": "Run it although it is retired."})


class Runs(MethodView):
    """Runs of a script."""

    @needs("operator")
    @blueprint.input(RunScriptSchema)
    @starts_run
    @blueprint.doc(operation_id=links.START)
    @answers(409)
    def post(self, folder: str, name: str, json_data: dict[str, Any]) -> int:
        """Start a script: its run waits in the queue."""
        entry = entry_of(folder, name)
        _check_options(entry, json_data)
        found = loaded(entry)
        confirmed = check_script(found.script, json_data, json_data["dry_run"])
        with _blaming_parameters(found.script, json_data["parameters"]):
            request = ScriptRequest(
                name=entry.full_name,
                loaded=found,
                values=_values(found.script, json_data),
                dry_run=json_data["dry_run"],
                force=json_data["force"],
                applies=json_data.get("apply"),
                retries=json_data.get("retry_failed"),
                max_rows=json_data.get("max_rows"),
                throttle=json_data.get("throttle"),
                pause_while=tuple(json_data["pause_while"]),
                reason=json_data.get("reason"),
                confirmed=confirmed,
            )
            return queue.queue_script(request, priority=PRIORITIES[json_data["priority"]])


def _check_options(entry: Entry, asked: Mapping[str, Any]) -> None:
    """Refuse a retired script that is not forced, and queries of anybody but admins."""
    if entry.file.retired and not asked["force"]:
        raise refused("force", "json", f"{entry.file.name} is retired. If you know that it is right today, force it.")
    user = visits.current().user
    if asked["pause_while"] and (user is None or user.role != ADMIN):
        raise Refused("For pause_while it takes an admin: queries read any table.")


def _values(script: Script, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters; none where an earlier run brings them along, and none are given."""
    taken_over = asked.get("apply") or asked.get("retry_failed")
    return {} if taken_over and not asked["parameters"] else values_of(script, asked["parameters"])


@contextmanager
def _blaming_parameters(script: Script, given: Mapping[str, Any]) -> Iterator[None]:
    """Tell which parameter the script does not take.

    Raises:
        HTTPError: one or several of them: 422.
    """
    try:
        yield
    except WrongParameters as error:
        raise HTTPError(422, detail={"json": {"parameters": error.problems}}) from None
    except (AppError, UsageError) as error:
        name, said = blamed(script, given, error)
        if name is None and isinstance(error, AppError):
            raise
        raise refused(f"parameters.{name}" if name else "parameters", "json", said) from None


blueprint.add_url_rule(f"{SCRIPT}/runs", view_func=Runs.as_view("runs"))
