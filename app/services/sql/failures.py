"""Words for what stops a SQL file: the file, the line, what the database says, the statement in one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from app.errors import Failed, Refused
from app.services.sql.statements import Statement

LONGEST_SHOWN = 200
_HEAD = 2000  # bytes of a statement that are looked at; the rest of a megabyte's INSERT says nothing more
_PASSWORD = re.compile(r"(\b(?:identified\b[^']*?|password\W*))'[^']*'", re.IGNORECASE)
# opsdesk's own records. A dump of a whole opsdesk database would put the ledger of another day in place of this one.
_RECORDS = re.compile(
    rb"\s*(?:drop|create|alter|truncate|rename)\s+(?:table\s+)?(?:if\s+(?:not\s+)?exists\s+)?[`\"\[]?"
    rb"(alembic_version|runs|seeds)\b",
    re.IGNORECASE,
)


def failure(name: str, statement: Statement, reason: object, kept: str) -> Failed:
    """Return the error for a statement that the database did not accept."""
    return Failed(f"{name}, line {statement.line}: {reason}", f"{one_line(statement.text)}\n{kept}")


def named(name: str, found: Iterator[Statement], kept: Callable[[], str]) -> Iterator[Statement]:
    """Yield the statements on; a file that cannot be split fails with its name and what of it is kept."""
    try:
        yield from found
    except Failed as error:
        raise Failed(f"{name}, {error.message}", kept()) from error


def guard_records(name: str, statement: Statement, kept: str) -> None:
    """Stop a file that would replace the run ledger.

    Raises:
        Refused: the statement makes, changes or drops a table of opsdesk's own records.
    """
    if match := _RECORDS.match(statement.text):
        raise Refused(
            f"{name}, line {statement.line}: this would replace {match[1].decode()}, where opsdesk keeps its records.",
            f"A dump with opsdesk's own tables goes into an empty database: flask initdb --drop --sql {name}\n{kept}",
        )


def one_line(text: bytes) -> str:
    """Return the start of a statement without comments, line breaks and passwords, about 200 characters long."""
    import sqlparse

    head = text[:_HEAD].decode(errors="replace")
    if not head.startswith("/*"):  # sqlparse takes /*!50003 CREATE*/ for a comment
        head = sqlparse.format(head, strip_comments=True)
    line = " ".join(_PASSWORD.sub(r"\1'***'", head).split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"
