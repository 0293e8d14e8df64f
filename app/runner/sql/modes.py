"""What a script may send to the database, by the way it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.errors import Refused
from app.runner.sql.statements import WRITES, Statement

# Beside the verbs of statements: the session's own commit, and a statement that commits behind the scenes.
COMMIT = "commit"
COMMITS = "commits"


class Rule(NamedTuple):
    """What a script may not do, for `{who} may not {what}.`, and what it should do instead."""

    what: str
    hint: str


@dataclass(frozen=True)
class Mode:
    """A way to run.

    Attributes:
        who: how sentences about it begin.
        rules: what is refused, by the verb of the statement, COMMIT or COMMITS; the rest is allowed.
        takes_back: what is written must be able to be rolled back: tables without transactions are refused.
        tells: `Guard` calls `on_own_commit` before anything commits.
    """

    who: str
    rules: Mapping[str, Rule]
    takes_back: bool = False
    tells: bool = False

    def refusal_of_commit(self) -> Refused | None:
        """Return why the session may not commit; None if it may."""
        rule = self.rules.get(COMMIT)
        return Refused(f"{self.who} may not {rule.what}.", rule.hint) if rule else None

    def refusal(self, statement: Statement) -> Refused | None:
        """Return why a statement may not be sent; None if it may."""
        rule = self.rules.get(statement.verb) or (self.rules.get(COMMITS) if statement.commits else None)
        if rule is None:
            return None
        what = rule.what.format(said=statement.said, tables=", ".join(statement.tables) or "a table")
        return Refused(f"{self.who} may not {what}.", rule.hint)


_LEAVE_OUT = Rule("commit", "The runner commits: leave commit() out.")
_WORDS = Rule("send {said}", "The runner begins, commits and rolls back: leave it out.")
_TABLES_STAY = "Tables are made and changed by migrations, or by a script before its first batch."
_NOT_KNOWN = Rule("send {said}", "Nobody can tell what it does, nor whether that could be taken back.")
_NO_WRITE = Rule("write to {tables}", "If it should write, leave read_only=True out of its @script(...).")

# A script may always read, set what is its connection's own, and use savepoints and temporary tables.
DRY_RUN = Mode(
    "In a dry run the script",
    {
        COMMIT: _LEAVE_OUT,
        "transaction": _WORDS,
        "ddl": Rule("change tables: {said}", "That cannot be taken back: make it a migration."),
        "other": _NOT_KNOWN,
        COMMITS: _NOT_KNOWN,
    },
    takes_back=True,
)
READ_ONLY = Mode(
    "A read-only script",
    {
        **dict.fromkeys(WRITES, _NO_WRITE),
        "transaction": _WORDS,
        "ddl": Rule("change tables: {said}", _NO_WRITE.hint),
        "other": Rule("send {said}", _NO_WRITE.hint),
    },
)
IN_BATCH = Mode(
    "Inside a batch the script",
    {
        COMMIT: _LEAVE_OUT,
        "transaction": _WORDS,
        "ddl": Rule("change tables: {said}", _TABLES_STAY),
        COMMITS: Rule("send {said}, which commits", "It would commit a part of the batch: do it before the first one."),
    },
)
# Outside of batches. SQLite would be left without a transaction by a COMMIT that SQLAlchemy does not know of.
FREE = Mode(
    "The script",
    {"transaction": Rule("send {said}", "Call run.session.commit() or run.session.rollback() instead.")},
    tells=True,
)
