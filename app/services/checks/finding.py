"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass

OK = "ok"
PROBLEM = "problem"
NOT_APPLICABLE = "not applicable"
NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """The state of one thing: what is, and, where that is wrong, how to mend it."""

    state: str
    what: str
    mend: str = ""


def ok(what: str) -> Finding:
    """Return that it is as it should be."""
    return Finding(OK, what)


def problem(what: str, mend: str) -> Finding:
    """Return what is wrong and how to mend it."""
    return Finding(PROBLEM, what, mend)


def absent(what: str) -> Finding:
    """Return that there is nothing to check here."""
    return Finding(NOT_APPLICABLE, what)
