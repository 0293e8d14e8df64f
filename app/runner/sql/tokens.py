"""SQL text into the words, names and marks of its outermost level: what is inside parentheses is one `()`.

Comments are no tokens, but for those that MySQL and MariaDB run, `/*!50000 ... */` and `/*M!100100 ... */`: these are
read as if they stood there bare (MySQL manual, "Comments"; MariaDB documentation, "Comment Syntax").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

WORD, NAME, TEXT, MARK = "word", "name", "text", "mark"
GROUP = "()"

# Possessive (`*+`): each matches in linear time, whatever the text.
_MYSQL_SKIPPED = r"(?P<skip>\s++|--(?=\s|\Z)[^\n]*+|\#[^\n]*+|/\*M?!\d*+|/\*(?s:.*?)\*/|\*/)"
_MYSQL_TEXT = r"(?P<text>[xXbBnN]?'(?s:[^'\\]|\\.|'')*+')"
_MYSQL_NAME = r'(?P<name>`(?:[^`]|``)*+`|"(?s:[^"\\]|\\.|"")*+")'
_SKIPPED = r"(?P<skip>\s++|--[^\n]*+|/\*(?s:.*?)(?:\*/|\Z))"
_TEXT = r"(?P<text>[xX]?'(?:[^']|'')*+')"
_NAME = r'(?P<name>"(?:[^"]|"")*+"|`(?:[^`]|``)*+`|\[[^\]]*+\])'
_WORD = r"(?P<word>[\w$@]++)"
_MARK = r"(?P<mark>(?s:.))"
_DULL = r"""(?P<dull>[^'"`\[()/*#\-\s]++)"""


class Token(NamedTuple):
    """One piece of a statement. `text`: as written, a name without its quotes. `kind`: word, name, text or mark."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """Return the keyword that it may be, in capitals; an empty text for what is quoted."""
        return self.text.upper() if self.kind == WORD else ""


class _Syntax(NamedTuple):
    outside: re.Pattern[str]
    inside: re.Pattern[str]  # of parentheses, where nothing but their end is of interest


def _syntax(skipped: str, text: str, name: str) -> _Syntax:
    return _Syntax(
        re.compile("|".join((skipped, text, name, _WORD, _MARK))),
        re.compile("|".join((skipped, _DULL, text, name, _MARK))),
    )


_MYSQL = _syntax(_MYSQL_SKIPPED, _MYSQL_TEXT, _MYSQL_NAME)
_SQLITE = _syntax(_SKIPPED, _TEXT, _NAME)


def tokens_of(sql: str, dialect: str) -> list[Token]:
    """Return the tokens of a statement, without semicolons at its end. `dialect`: as SQLAlchemy names it."""
    found = list(_tokens(sql, _MYSQL if dialect in ("mysql", "mariadb") else _SQLITE))
    while found and found[-1].text == ";":
        found.pop()
    return found


def _tokens(sql: str, syntax: _Syntax) -> Iterator[Token]:
    depth = at = 0
    while match := (syntax.inside if depth else syntax.outside).match(sql, at):
        at = match.end()
        kind, text = str(match.lastgroup), match[0]
        if kind == MARK and text in "()":
            if text == "(" and not depth:
                yield Token(MARK, GROUP)
            depth = max(depth + (1 if text == "(" else -1), 0)
        elif not depth and kind != "skip":
            yield Token(kind, _unquoted(text) if kind == NAME else text)


def _unquoted(name: str) -> str:
    return name[1:-1] if name[0] == "[" else name[1:-1].replace(name[0] * 2, name[0])


class Reader:
    """A place in a list of tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0

    @property
    def token(self) -> Token:
        """Return the token at this place; one without text at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else Token(MARK, "")

    @property
    def rest(self) -> list[Token]:
        """Return the tokens from this place on."""
        return self.tokens[self.at :]

    def skip(self, words: Collection[str]) -> list[str]:
        """Pass those of `words` that follow one another here, and return them."""
        start = self.at
        while self.token.word in words:
            self.at += 1
        return [token.word for token in self.tokens[start : self.at]]

    def name(self) -> tuple[str, ...]:
        """Pass a name, and return its parts: `("shop", "orders")`; none if there is no name here."""
        parts: list[str] = []
        while self.token.kind in (WORD, NAME):
            parts.append(self.token.text)
            self.at += 1
            if self.token.text != "." or self.token.kind != MARK:
                break
            self.at += 1
        return tuple(parts)


def words(text: str) -> frozenset[str]:
    """Return the words of a text, for tables of them."""
    return frozenset(text.split())


def until(tokens: list[Token], words: Collection[str]) -> list[Token]:
    """Return the tokens before the first of `words`; all if there is none."""
    end = next((at for at, token in enumerate(tokens) if token.word in words), len(tokens))
    return tokens[:end]


def after(tokens: list[Token], *phrase: str) -> list[Token] | None:
    """Return the tokens after these words, the first time that they follow one another; None if they do not."""
    said = [token.word for token in tokens]
    for at in range(len(said)):
        if said[at : at + len(phrase)] == list(phrase):
            return tokens[at + len(phrase) :]
    return None
