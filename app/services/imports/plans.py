"""Save the plan of an import to a file, for the next sheet of that kind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.errors import Refused
from app.services.imports.new_table import NewTable
from app.services.imports.replay import mapped
from app.services.imports.request import ImportRequest
from app.services.imports.sources import Source
from app.services.new_file import new_file
from app.sheets.headers import own_headers
from app.sheets.plan_file import OPTIONS, PlanFile, plan_text


def save_plan(path: Path, sources: Sequence[Source], new_table: NewTable | None, request: ImportRequest) -> None:
    """Write how all sources go into the table, and the options that are not default.

    Raises:
        NotFound, Refused: it cannot be written there, or the sources do not all go into the table alike.
    """
    options = {name: value for name, value in request.arguments().items() if name in OPTIONS}
    plans = [_plan(source, new_table, request, options) for source in sources]
    other = next((source for source, plan in zip(sources, plans, strict=True) if plan != plans[0]), None)
    if other is not None:
        first = sources[0].name
        raise Refused(
            f"{other.name} has other headers than {first}, and a plan is for one kind of sheet.",
            "Save a plan of each by itself.",
        )
    with new_file(path, force=False) as unfinished:
        unfinished.write_text(plan_text(plans[0], path.name), encoding="utf-8")


def _plan(source: Source, new_table: NewTable | None, request: ImportRequest, options: dict[str, object]) -> PlanFile:
    filled = {position: name for position, _, name in mapped(source, new_table)}
    columns = new_table.definition.columns if new_table is not None else source.planned.table.columns
    found = own_headers(source.head.headers, [column.name for column in columns])
    headers = tuple(header for _, header in found)
    return PlanFile(request.table, headers, {header: filled.get(place, "") for place, header in found}, options)
