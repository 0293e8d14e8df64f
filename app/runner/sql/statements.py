"""What a SQL statement does, by its text: reads, writes which tables, ends the transaction.

Sources: MySQL manual, "SQL Statements" and "Statements That Cause an Implicit Commit"; MariaDB documentation, "SQL
statements That Cause an Implicit Commit"; SQLite documentation, "SQL As Understood By SQLite".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from app.runner.sql.tokens import NAME, WORD, Reader, Token, after, tokens_of, words
from app.runner.sql.written import deleted_from, inserted_into, loaded_into, updated

MYSQL_NAMES = frozenset(["mysql", "mariadb"])
WRITES = frozenset(["insert", "update", "delete", "replace"])
LONGEST_REMEMBERED = 10_000  # characters of a statement; a megabyte's INSERT comes once
_RUN_COMMENT = re.compile(r"/\*M?!.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """What a statement does.

    Attributes:
        verb: read; insert, update, delete, replace; temporary (makes or drops a temporary table, which
            commits nothing); ddl; transaction; savepoint; setting; other: what may do anything, and what is not known.
        tables: those it writes, without quotes, `schema.table` where it names the schema; of `temporary` those it
            makes or drops. Empty where the text does not say.
        said: its first words, for messages: `CREATE TABLE`.
        commits: what was done before it is kept for good, by what it says or behind the scenes.
        upsert: an insert that updates the row that is there.
        returning: it gives rows although it writes.
        savepoint: the name of the savepoint.
    """

    verb: str
    tables: tuple[str, ...] = ()
    said: str = ""
    commits: bool = False
    upsert: bool = False
    returning: bool = False
    savepoint: str = ""

    @property
    def writes(self) -> bool:
        """Tell whether it writes rows."""
        return self.verb in WRITES


def statement_of(context: Any, sql: str, dialect: str) -> Statement:
    """Return what is being executed. `context`, `sql`: those of SQLAlchemy's cursor events; `context` may be None.

    What SQLAlchemy compiled is known by its text before the values are written into it: the same for all batches.
    """
    compiled = getattr(context, "compiled", None)
    return kind_of(str(compiled.string) if compiled is not None else sql, dialect)


def kind_of(sql: str, dialect: str) -> Statement:
    """Return what one statement does. `dialect`: as SQLAlchemy names it; all but MySQL's are read as SQLite's."""
    return (_remembered if len(sql) <= LONGEST_REMEMBERED else _kind)(sql, dialect)


def _kind(sql: str, dialect: str) -> Statement:
    found = _plain_kind(tokens_of(sql, dialect), dialect)
    if dialect not in MYSQL_NAMES or not _RUN_COMMENT.search(sql):
        return found
    # A comment that the server runs or not, by its version: both readings must come to the same.
    without = tokens_of(_RUN_COMMENT.sub(" ", sql), dialect)
    if not without or _plain_kind(without, dialect).verb == found.verb:
        return found
    return Statement("other", said=found.said, commits=found.commits)


_remembered = lru_cache(maxsize=1024)(_kind)


def _plain_kind(tokens: list[Token], dialect: str) -> Statement:
    tokens = _without_ctes(tokens)
    reader = Reader(tokens)
    first = reader.token.word
    verb = VERBS.get(first, "other" if tokens and reader.token.text != "()" else "read")
    reader.at = 1
    statement = (SPECIAL.get(first) or _as_listed)(Statement(verb), reader, dialect)
    if statement.verb != "ddl" and any(token.text == ";" for token in tokens):  # triggers have them inside
        statement = Statement("other", commits=True)
    return replace(statement, said=" ".join(token.text for token in tokens[:2] if token.kind in (WORD, NAME)))


def _without_ctes(tokens: list[Token]) -> list[Token]:
    """Return a statement from its own verb on, without the common table expressions before it."""
    if not tokens or tokens[0].word != "WITH":
        return tokens
    starts = (at for at, token in enumerate(tokens) if token.word in _AFTER_CTES)
    return tokens[next(starts, 0) :]


def _as_listed(statement: Statement, _reader: Reader, dialect: str) -> Statement:
    commits = statement.verb == "transaction" or (statement.verb in ("ddl", "other") and dialect in MYSQL_NAMES)
    return replace(statement, commits=commits)


def _write(tables: Callable[[list[Token]], tuple[str, ...]]) -> Callable[[Statement, Reader, str], Statement]:
    def describe(statement: Statement, reader: Reader, _dialect: str) -> Statement:
        rest = reader.rest
        verb = "replace" if [token.word for token in rest[:2]] == ["OR", "REPLACE"] else statement.verb
        conflict = after(rest, "ON", "CONFLICT") or []
        upsert = after(rest, "ON", "DUPLICATE") is not None or after(conflict, "DO", "UPDATE") is not None
        returning = after(rest, "RETURNING") is not None
        return Statement(verb, tables(rest), upsert=upsert, returning=returning)

    return describe


def _select(statement: Statement, reader: Reader, _dialect: str) -> Statement:
    into = after(reader.rest, "INTO")
    return Statement("other") if into and into[0].word in ("OUTFILE", "DUMPFILE") else statement


def _explain(statement: Statement, reader: Reader, _dialect: str) -> Statement:
    return Statement("other") if reader.token.word == "ANALYZE" else statement  # that runs the statement


def _make_or_drop(statement: Statement, reader: Reader, dialect: str) -> Statement:
    reader.skip(["OR", "REPLACE"])
    temporary = bool(reader.skip(["TEMPORARY", "TEMP"]))
    made = reader.skip(["TABLE", "VIEW"])
    reader.skip(["IF", "NOT", "EXISTS"])
    names = _names(reader)
    if made and (temporary or all(name.lower().startswith("temp.") for name in names)) and names:
        return Statement("temporary", tuple(name.split(".")[-1] for name in names))
    return _as_listed(statement, reader, dialect)


def _names(reader: Reader) -> list[str]:
    names = [".".join(reader.name())]
    while reader.token.text == ",":
        reader.at += 1
        names.append(".".join(reader.name()))
    return [name for name in names if name]


def _rollback(statement: Statement, reader: Reader, _dialect: str) -> Statement:
    reader.skip(["WORK", "TRANSACTION"])
    if not reader.skip(["TO"]):
        return statement  # a transaction, but not one that is kept
    reader.skip(["SAVEPOINT"])
    return Statement("savepoint", savepoint=".".join(reader.name()).lower())


def _savepoint(statement: Statement, reader: Reader, _dialect: str) -> Statement:
    reader.skip(["SAVEPOINT"])
    return replace(statement, savepoint=".".join(reader.name()).lower())


def _start(_statement: Statement, reader: Reader, _dialect: str) -> Statement:
    return Statement("transaction" if reader.token.word == "TRANSACTION" else "other", commits=True)


def _call(_statement: Statement, _reader: Reader, _dialect: str) -> Statement:
    return Statement("other")


def _load(_statement: Statement, reader: Reader, _dialect: str) -> Statement:
    if reader.token.word not in ("DATA", "XML"):
        return Statement("other", commits=True)  # LOAD INDEX INTO CACHE
    verb = "replace" if after(reader.rest, "REPLACE", "INTO") is not None else "insert"
    return Statement(verb, loaded_into(reader.rest))


def _set(statement: Statement, reader: Reader, _dialect: str) -> Statement:
    said = {token.text.upper().strip("@") for token in reader.rest if token.kind in (WORD, NAME)}
    if "AUTOCOMMIT" in said:
        return Statement("transaction", commits=True)
    if reader.token.word in ("PASSWORD", "DEFAULT"):  # SET DEFAULT ROLE
        return Statement("ddl", commits=True)
    return Statement("other") if said & _FOR_OTHERS_TOO else statement


def _pragma(statement: Statement, reader: Reader, _dialect: str) -> Statement:
    name = reader.name()[-1:]
    pragma = name[0].lower() if name else ""
    if pragma in _READING_PRAGMAS or (not reader.rest and pragma not in _WORKING_PRAGMAS):
        return Statement("read")
    return statement if pragma in _SETTING_PRAGMAS else Statement("other")


_AFTER_CTES = frozenset(["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "VALUES"])
# SET GLOBAL and PERSIST outlive the connection; SET STATEMENT ... FOR runs another statement (MariaDB).
_FOR_OTHERS_TOO = frozenset(["GLOBAL", "PERSIST", "PERSIST_ONLY", "STATEMENT"])
# SQLite documentation, "PRAGMA Statements": those whose argument says what to tell; those that set something of the
# connection alone; those that work on the file although they have no argument.
_READING_PRAGMAS = words(
    "table_info table_xinfo table_list index_list index_info index_xinfo foreign_key_list foreign_key_check"
    " integrity_check quick_check"
)
_SETTING_PRAGMAS = words(
    "analysis_limit automatic_index busy_timeout cache_size cache_spill case_sensitive_like cell_size_check"
    " defer_foreign_keys foreign_keys ignore_check_constraints mmap_size query_only read_uncommitted"
    " recursive_triggers reverse_unordered_selects synchronous temp_store threads"
)
_WORKING_PRAGMAS = words("incremental_vacuum optimize shrink_memory wal_checkpoint")

# Every first word that is known. DDL commits in MySQL, and so do the words about accounts.
VERBS: dict[str, str] = {
    **dict.fromkeys(words("SELECT VALUES TABLE SHOW DESCRIBE DESC EXPLAIN HELP DO"), "read"),
    **dict.fromkeys(words("CREATE ALTER DROP TRUNCATE RENAME GRANT REVOKE INSTALL UNINSTALL"), "ddl"),
    **dict.fromkeys(words("COMMIT END BEGIN ROLLBACK START XA LOCK UNLOCK"), "transaction"),
    **dict.fromkeys(words("SAVEPOINT RELEASE"), "savepoint"),
    **dict.fromkeys(words("SET PRAGMA"), "setting"),
    **{verb.upper(): verb for verb in WRITES},
}
# What the first word does not decide alone. Of the others, those that are not known end the transaction of MySQL.
SPECIAL: dict[str, Callable[[Statement, Reader, str], Statement]] = {
    "INSERT": _write(inserted_into),
    "REPLACE": _write(inserted_into),
    "UPDATE": _write(updated),
    "DELETE": _write(deleted_from),
    "SELECT": _select,
    "EXPLAIN": _explain,
    "DESCRIBE": _explain,
    "DESC": _explain,
    "CREATE": _make_or_drop,
    "DROP": _make_or_drop,
    "ROLLBACK": _rollback,
    "SAVEPOINT": _savepoint,
    "RELEASE": _savepoint,
    "START": _start,
    "LOAD": _load,
    "SET": _set,
    "PRAGMA": _pragma,
    **dict.fromkeys(words("CALL EXECUTE PREPARE DEALLOCATE HANDLER USE KILL SIGNAL RESIGNAL GET"), _call),
}
