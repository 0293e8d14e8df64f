"""What a new run is asked: its own arguments and options, and those of an earlier run that it takes over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.errors import Refused
from app.runner.files.loading import Loaded
from app.services.scripts.earlier import dry_run_to_apply, run_of, values_of
from app.services.scripts.request import ScriptRequest

# What a real run has from the dry run that it applies, unless it is given anew: what decides which items are gone
# through, and how.
OPTIONS_OF_DRY_RUN = ("retry_failed", "max_rows", "throttle", "pause_while")


@dataclass(frozen=True)
class Asked:
    """The parameters of a run, as a form has them, and its options, as the ledger keeps them."""

    values: dict[str, Any]
    options: dict[str, Any]


def asked(request: ScriptRequest, loaded: Loaded) -> Asked:
    """Return what a run is asked.

    Raises:
        NotFound: there is no such run to take over. Refused: nothing can be taken over from that one, or both ways of
            doing so are wanted, or arguments are given as well.
    """
    source = request.applies or request.retries
    if source is None:
        return Asked(dict(request.values), request.options())
    if request.applies and (request.retries or request.dry_run):
        raise Refused("A dry run is done for real as it was.", "Leave --dry-run and --retry-failed out.")
    if request.values:
        raise Refused(f"The arguments are those of run {source}.", "Leave them out.")
    if request.applies is None:
        return Asked(values_of(run_of(source, loaded.script), loaded.script), request.options())
    run = dry_run_to_apply(source, loaded.script, loaded.sha256)
    kept = {name: run.options[name] for name in OPTIONS_OF_DRY_RUN if name in run.options}
    return Asked(values_of(run, loaded.script), kept | request.options())
