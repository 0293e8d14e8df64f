"""Which tables a statement writes: what stands between its first word and its conditions.

MySQL manual, "INSERT", "REPLACE", "UPDATE", "DELETE", "LOAD DATA"; SQLite documentation, "INSERT", "UPDATE", "DELETE".
"""

from __future__ import annotations

from collections.abc import Iterable

from app.runner.sql.tokens import GROUP, NAME, WORD, Reader, Token, until, words

# What may stand between the verb and the table. (`OR ROLLBACK` and its like are SQLite's.)
_MODIFIERS = words(
    "LOW_PRIORITY HIGH_PRIORITY DELAYED CONCURRENT QUICK HISTORY IGNORE OR ROLLBACK ABORT FAIL REPLACE INTO"
)
_JOINS = frozenset(["JOIN", "STRAIGHT_JOIN"])
# What cannot be an alias, since it goes on with the statement.
_NOT_ALIASES = _JOINS | words(
    "SET WHERE ON USING INNER LEFT RIGHT CROSS NATURAL OUTER FULL USE FORCE IGNORE PARTITION INDEXED NOT FOR ORDER"
    " LIMIT RETURNING FROM LATERAL VALUES SELECT DEFAULT"
)
_ENDS = frozenset(["WHERE", "ORDER", "LIMIT", "RETURNING", "FROM"])
_Tables = tuple[str, ...]


def inserted_into(tokens: list[Token]) -> _Tables:
    """Return the table of INSERT or REPLACE. `tokens`: what follows the verb, as for all functions here."""
    reader = Reader(tokens)
    reader.skip(_MODIFIERS)
    return _named([reader.name()])


def loaded_into(tokens: list[Token]) -> _Tables:
    """Return the table of LOAD DATA."""
    reader = Reader(tokens[len(until(tokens, ["INTO"])) :])
    reader.skip(["INTO", "TABLE"])
    return _named([reader.name()])


def updated(tokens: list[Token]) -> _Tables:
    """Return the tables that UPDATE sets columns of; of several joined ones all where a column does not say which."""
    reader = Reader(tokens)
    reader.skip(_MODIFIERS)
    before_set = until(reader.rest, ["SET"])
    references = _references(before_set)
    tables = _named(references.values())
    if len(tables) < 2:
        return tables
    columns = _listed(until(reader.rest[len(before_set) + 1 :], _ENDS))
    if not all(column[:-1] in references for column in columns):
        return tables
    return _named(references[column[:-1]] for column in columns)


def deleted_from(tokens: list[Token]) -> _Tables:
    """Return the tables that DELETE takes rows from: its only one, or those named beside a join."""
    reader = Reader(tokens)
    reader.skip(_MODIFIERS)
    if reader.token.word == "FROM":
        reader.skip(["FROM"])
        targets = until(reader.rest, ["USING", *_ENDS])
        joined = reader.rest[len(targets) :]
        if not joined or joined[0].word != "USING":
            return _named([Reader(targets).name()])
    else:
        targets = until(reader.rest, ["FROM"])
        joined = reader.rest[len(targets) :]
    references = _references(until(joined[1:], _ENDS - {"FROM"}))
    return _named(references.get(target, target) for target in _listed(targets))


def _references(tokens: list[Token]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the tables of a list of joins, by every name that the statement may give them."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    reader = Reader(tokens)
    expected = True
    while reader.at < len(tokens):
        if expected and reader.token.kind in (WORD, NAME) and reader.token.word not in _NOT_ALIASES:
            name = reader.name()
            alias = _alias(reader)
            found |= {(alias,): name} if alias else {name: name, name[-1:]: name}
            expected = False
            continue
        expected = reader.token.text == "," or reader.token.word in _JOINS
        reader.at += 1
    return found


def _alias(reader: Reader) -> str:
    reader.skip(["AS"])
    token = reader.token
    return token.text if token.kind == NAME or (token.word and token.word not in _NOT_ALIASES) else ""


def _listed(tokens: list[Token]) -> list[tuple[str, ...]]:
    """Return the names that begin the items of a list: columns of `a.x = 1, y = 2`, tables of `a, b.*`."""
    names = []
    expected = True
    reader = Reader(tokens)
    while reader.at < len(tokens):
        if expected and reader.token.text != GROUP:
            names.append(reader.name())
            expected = False
        else:
            expected = reader.token.text == ","
            reader.at += 1
    return names


def _named(names: Iterable[tuple[str, ...]]) -> _Tables:
    """Return the tables' names, each once, in order. SQLite's own schema goes without saying."""
    plain = (name[1:] if len(name) > 1 and name[0].lower() == "main" else name for name in names)
    return tuple(dict.fromkeys(".".join(name) for name in plain if name))
