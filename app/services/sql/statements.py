"""SQL files into statements, one after the other, without reading the file whole.

The rules are those of the `mysql` client (MySQL manual, "Comments", "String Literals" and "mysql Client Commands",
DELIMITER) and of SQLite's shell (SQLite documentation, "SQL Comment Syntax", sqlite3_complete). The text is bytes in an
encoding whose quotes are ASCII's own: UTF-8, or what a dump declares by SET NAMES, but not GBK, Big5 or UTF-16.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, NamedTuple

from app.errors import Failed

READ_SIZE = 256 * 1024
LONGEST_DELIMITER = 16  # the mysql client's own limit
UTF8_BOM = b"\xef\xbb\xbf"

# Every repetition below is possessive (`*+`): matching is linear and needs no memory, whatever the file holds. It eats
# a character only if the buffer shows all that decides about it; elsewhere the match ends, and more is read.
_BLOCK_OPENS = rb"/\*(?!M?!(?!999999\\-))"  # not /*!50003, which the server runs; 999999\- is a note to the client
_BLOCK_COMMENT = _BLOCK_OPENS + rb"[^*]*+(?:\*(?!/)[^*]*+)*+\*/"
_MYSQL_COMMENTS = (rb"--(?=[\x00-\x20])[^\n]*+\n", rb"\#[^\n]*+\n", _BLOCK_COMMENT)
_MYSQL_QUOTED = (
    rb"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'",
    rb'"[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*+"',
    rb"`[^`]*+(?:``[^`]*+)*+`",
)
_MYSQL_CHARACTERS = (rb"-(?=[^-]|-[^\x00-\x20])", rb"/(?=[^*])")
_SQLITE_COMMENTS = (rb"--[^\n]*+\n", rb"/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/")
_SQLITE_QUOTED = (
    rb"'[^']*+(?:''[^']*+)*+'",
    rb'"[^"]*+(?:""[^"]*+)*+"',
    rb"`[^`]*+(?:``[^`]*+)*+`",
    rb"\[[^\]]*+\]",
)
_SQLITE_CHARACTERS = (rb"-(?=[^-])", rb"/(?=[^*])")


class Statement(NamedTuple):
    """A statement without its delimiter and leading comments, and the line of the file, from 1, where it begins."""

    line: int
    text: bytes


@dataclass(frozen=True)
class Syntax:
    """What tells statements apart in one family of databases: regular expressions of what may hide a delimiter."""

    comment_opens: re.Pattern[bytes]
    specials: bytes  # the characters that may open something, as the inside of a character class
    comments: tuple[bytes, ...]
    quoted: tuple[bytes, ...]
    characters: tuple[bytes, ...]  # special characters that open nothing where they stand
    client_commands: bool = False  # DELIMITER lines, conditional comments
    triggers: bool = False  # BEGIN ... END holds delimiters


MYSQL = Syntax(
    comment_opens=re.compile(rb"--[\x00-\x20]|\#|" + _BLOCK_OPENS),
    specials=rb"'\"`\-/#",
    comments=_MYSQL_COMMENTS,
    quoted=_MYSQL_QUOTED,
    characters=_MYSQL_CHARACTERS,
    client_commands=True,
)
SQLITE = Syntax(
    comment_opens=re.compile(rb"--|/\*"),
    specials=rb"'\"`\-/\[",
    comments=_SQLITE_COMMENTS,
    quoted=_SQLITE_QUOTED,
    characters=_SQLITE_CHARACTERS,
    triggers=True,
)

_DELIMITER_WORD = re.compile(rb"delimiter(?=[\s;])", re.IGNORECASE)
_DELIMITER_LINE = re.compile(rb"delimiter[ \t]*+([^\n]*+)\n", re.IGNORECASE)
_BLANK = rb"(?:\s|--[^\n]*+\n|/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/)++"
_TRIGGER = re.compile(
    rb"(?:explain%b)?create%b(?:temp(?:orary)?%b)?trigger\b" % (_BLANK, _BLANK, _BLANK), re.IGNORECASE | re.DOTALL
)
_NEAR = 1000  # bytes before a delimiter in which the END of a trigger stands, with a comment after it perhaps


def statements(file: IO[bytes], syntax: Syntax) -> Iterator[Statement]:
    """Yield the statements of `file` in order; of the file no more is held than about twice the largest.

    Raises:
        Failed: a quote or comment that is never closed, or a DELIMITER line without a delimiter; its line is named.
    """
    return _Splitter(file, syntax).statements()


class _Splitter:
    def __init__(self, file: IO[bytes], syntax: Syntax) -> None:
        self.file = file
        self.syntax = syntax
        self.buffer = b""
        self.position = 0  # what lies before it has been dealt with
        self.line = 1  # of the character at `position`
        self.ended = False
        self.use(b";")

    def use(self, delimiter: bytes) -> None:
        self.delimiter = delimiter
        self.gap, self.body = _patterns(self.syntax, delimiter)

    def statements(self) -> Iterator[Statement]:
        self.read()
        if self.buffer.startswith(UTF8_BOM):
            self.position = len(UTF8_BOM)
        while self.skip_gap():
            if self.syntax.client_commands and _DELIMITER_WORD.match(self.buffer, self.position):
                self.use(self.delimiter_line())
                continue
            line, text = self.line, self.statement()
            if text:
                yield Statement(line, text)

    def skip_gap(self) -> bool:
        """Go to the next statement, past blanks and comments; tell whether there is one."""
        while True:
            self.advance(_end(self.gap, self.buffer, self.position))
            rest = len(self.buffer) - self.position
            if rest > LONGEST_DELIMITER and not self.syntax.comment_opens.match(self.buffer, self.position):
                return True  # and enough of it to see a comment, a DELIMITER line or a delimiter
            if self.ended:
                return self.position < len(self.buffer)
            self.read()

    def statement(self) -> bytes:
        """Return what stands before the next delimiter, and go past it."""
        scanned = self.position
        while True:
            scanned = _end(self.body, self.buffer, scanned)
            if self.buffer.startswith(self.delimiter, scanned):
                text = self.buffer[self.position : scanned]
                if self.is_whole(text):
                    self.advance(scanned + len(self.delimiter))
                    return text.rstrip()
                scanned += len(self.delimiter)
            elif not self.ended:
                scanned -= self.read()
            elif scanned < len(self.buffer):
                raise Failed(
                    f"line {self.line_of(scanned)}: {_OPENERS[self.buffer[scanned : scanned + 1]]} opens here and is "
                    "never closed."
                )
            else:
                text = self.buffer[self.position :].rstrip()
                self.advance(scanned)
                return text

    def is_whole(self, text: bytes) -> bool:
        """Tell whether a statement ends here, and not merely one inside the body of a trigger."""
        if not self.syntax.triggers or not _TRIGGER.match(text):
            return True
        if b"end" not in text[-_NEAR:].lower():  # do not look through all of a trigger that never ends, time and again
            return False
        return sqlite3.complete_statement(text.decode("latin-1").replace("\0", " ") + ";")

    def delimiter_line(self) -> bytes:
        """Return the delimiter that the DELIMITER line here sets, and go past the line."""
        while (match := _DELIMITER_LINE.match(self.buffer, self.position)) is None:
            self.read()  # the end of the file reads as line feeds
        words = match[1].split()
        delimiter = words[0].strip(b"'\"`") if words else b""
        if not 0 < len(delimiter) <= LONGEST_DELIMITER or b"\\" in delimiter:
            raise Failed(f"line {self.line}: DELIMITER takes 1 to {LONGEST_DELIMITER} characters, none of them \\.")
        self.advance(match.end())
        return delimiter

    def read(self) -> int:
        """Read as much again as is held, lest long quotes be scanned often; return how many bytes were dropped."""
        dropped = self.position
        held = self.buffer[dropped:]
        more = self.file.read(max(READ_SIZE, len(held)))
        if not more:
            self.ended = True
            more = b"\n" * LONGEST_DELIMITER  # so that all there is can be decided about
        self.buffer, self.position = held + more, 0
        return dropped

    def advance(self, position: int) -> None:
        self.line = self.line_of(position)
        self.position = position

    def line_of(self, position: int) -> int:
        return self.line + self.buffer.count(b"\n", self.position, position)


_OPENERS = {b"'": "a '", b'"': 'a "', b"`": "a `", b"[": "a [", b"/": "a comment", b"-": "a comment", b"#": "a comment"}


def _end(pattern: re.Pattern[bytes], buffer: bytes, position: int) -> int:
    match = pattern.match(buffer, position)
    return match.end() if match else position


def _patterns(syntax: Syntax, delimiter: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Return what stands between statements, and what stands inside one before its delimiter or the buffer's end."""
    comments = b"|".join(syntax.comments)
    end = re.escape(delimiter)
    first = re.escape(delimiter[:1])
    # A delimiter's first character alone ends nothing, as far as enough follows to tell.
    inside = (*syntax.comments, *syntax.quoted, *syntax.characters, rb"%b(?=.{%d})" % (first, len(delimiter) - 1))
    if syntax.client_commands:
        inside = (*inside, _conditional(syntax, _conditional(syntax)))
    gap = rb"(?:\s++|(?!%b)(?:%b))*+" % (end, comments)
    body = rb"(?:[^%b%b]++|(?!%b)(?:%b))*+" % (syntax.specials, first, end, b"|".join(inside))
    return re.compile(gap, re.DOTALL), re.compile(body, re.DOTALL)


def _conditional(syntax: Syntax, nested: bytes = rb"(?!)") -> bytes:
    """Return the pattern of `/*!50003 ... */`, which the server runs; delimiters inside belong to it."""
    parts = (*syntax.comments, *syntax.quoted, *syntax.characters, rb"\*(?=[^/])", nested)
    return rb"/\*M?!(?:[^%b*]++|%b)*+\*/" % (syntax.specials, b"|".join(parts))
