"""What each act of the queue is: how it is carried out by the process that takes its run up."""

from __future__ import annotations

from typing import Any, Protocol

# The act of a script's run that somebody has resumed; the others are called like their kinds.
RESUME = "resume"


class Act(Protocol):
    """An act of one run, as it goes on.

    Attributes:
        said: what the result has beside the outcome, also if the act fails.
    """

    said: dict[str, Any]

    @property
    def goes_on(self) -> bool:
        """Tell whether the run went on before, and goes on after its checkpoint; else it begins anew."""
        ...

    def carry_out(self) -> dict[str, Any]:
        """Do it, through the service that the command line calls; return the outcome as JSON."""
        ...

    def explain(self, error: BaseException) -> None:
        """Put into `said` what a failure says beside its message."""
        ...
