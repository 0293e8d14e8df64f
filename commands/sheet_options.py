"""What the commands that read sheets have in common: their arguments, their options, and what these come to."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from app.sheets.convert.rules import DATE_ORDERS, THOUSANDS
from app.words import plain
from commands.password_stdin import file_password, password_stdin_option

if TYPE_CHECKING:
    from app.services.imports import ReadOptions, Rules

Command = TypeVar("Command", bound=Callable[..., Any])

MOST_REJECTS = 1_000_000


class RegularFile(click.Path):
    """A file that is there and can be read more than once."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, readable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; a pipe or a device, on which reading might wait for ever, is wrong usage."""
        path = Path(str(super().convert(value, param, ctx)))
        if not path.is_file():
            self.fail(f"File '{plain(str(path))}' is not a regular file.", param, ctx)
        return path


class _Mapping(click.ParamType):
    """`Header=column`; `Header=` leaves the header out."""

    name = "HEADER=COLUMN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Return header and column; the last `=` parts them, since headers may have one."""
        header, separator, column = str(value).rpartition("=")
        if not separator or not header:
            self.fail(f'"{value}" is not of the form Header=column.', param, ctx)
        return header, column.strip()


# Codecs of Python that turn texts into texts, of domains and of source code.
NO_ENCODINGS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})


class _Encoding(click.ParamType):
    """An encoding of texts by any of its names."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name; what Python does not know, or what decodes no text, is wrong usage."""
        try:
            "a".encode(value)
            is_encoding = codecs.lookup(value).name not in NO_ENCODINGS
        except (LookupError, ValueError):
            is_encoding = False
        if not is_encoding:
            self.fail(f'"{value}" is not an encoding; some are utf-8, gb18030, big5, shift_jis, cp1252.', param, ctx)
        return str(value)


class _Delimiter(click.ParamType):
    """One character, or the word tab."""

    name = "CHAR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the character; what cannot part fields is wrong usage."""
        character = "\t" if value in ("tab", "\\t") else str(value)
        if len(character) != 1 or character in '"\r\n\0':
            self.fail(f'"{value}" is not one character that can part fields; tab stands for the tabulator.', param, ctx)
        return character


def _once_each(_ctx: click.Context, _param: click.Parameter, pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return columns by header; a header that stands twice is wrong usage."""
    columns: dict[str, str] = {}
    for header, column in pairs:
        if header in columns:
            raise click.BadParameter(f'the header "{plain(header)}" stands twice.')
        columns[header] = column
    return columns


_READING = (
    click.option(
        "--header-row",
        metavar="N",
        type=click.IntRange(min=1),
        help="The row of the headers. Default: the first row that is not blank.",
    ),
    click.option("--limit", metavar="N", type=click.IntRange(min=1), help="Only the first N rows of each sheet."),
    click.option(
        "--encoding",
        metavar="NAME",
        type=_Encoding(),
        help="The encoding of a text file. Default: found, by all of it.",
    ),
    click.option(
        "--delimiter", metavar="CHAR", type=_Delimiter(), help="What parts the fields of a text file; tab is one too."
    ),
    password_stdin_option,
    click.option("--skip-hidden", is_flag=True, help="Leave out hidden rows and columns."),
)
_CONVERTING = (
    click.option(
        "--map",
        "mapping",
        multiple=True,
        type=_Mapping(),
        callback=_once_each,
        help='Match a header to a column by hand; "Header=" leaves it out. Repeatable.',
    ),
    click.option("--null", "nulls", metavar="TEXT", multiple=True, help="A text that counts as blank. Repeatable."),
    click.option(
        "--date-order", type=click.Choice(DATE_ORDERS), help="How dates written as text, like 07/08/2024, read."
    ),
    click.option(
        "--thousands",
        metavar="CHAR",
        type=click.Choice(THOUSANDS),
        help="The separator allowed in numbers written as text: , . ' _ or a space.",
    ),
    click.option("--round", "rounds", is_flag=True, help="Round decimals to what the column keeps, half to even."),
    click.option("--binary", type=click.Choice(["base64"]), help="How texts in binary columns are written."),
    click.option(
        "--max-errors",
        metavar="N",
        default=10_000,
        show_default=True,
        type=click.IntRange(1, MOST_REJECTS),
        help="Rejects to keep.",
    ),
)


def reading_options(command: Command) -> Command:
    """Add the options that say how a sheet is read."""
    return _with(_READING, command)


def converting_options(command: Command) -> Command:
    """Add the options that say what its cells become in a table."""
    return _with(_CONVERTING, command)


def rules_of(options: dict[str, Any]) -> Rules:
    """Return the rules of conversion that the options say."""
    from app.services.imports import Rules

    return Rules(
        nulls=frozenset(options["nulls"]),
        thousands=options["thousands"] or "",
        rounds=options["rounds"],
        date_order=options["date_order"] or "",
        base64=options["binary"] == "base64",
    )


def read_options_of(options: dict[str, Any]) -> ReadOptions:
    """Return what the options say of the file."""
    from app.services.imports import ReadOptions

    return ReadOptions(
        password=file_password(options["password_stdin"]),
        encoding=options["encoding"] or "",
        delimiter=options["delimiter"] or "",
    )


def _with(options: Sequence[Callable[[Command], Command]], command: Command) -> Command:
    return reduce(lambda decorated, option: option(decorated), reversed(options), command)
