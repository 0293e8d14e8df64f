"""A password on standard input, one line: never an argument, which other users of the machine can read."""

from __future__ import annotations

import sys

import click

from app.errors import Failed

password_stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password of encrypted files from standard input, one line."
)


def file_password(password_stdin: bool) -> str:
    """Return the password of a file as the option says; "" without it.

    Raises:
        UsageError: standard input is a terminal, which would show what is typed.
        Failed: standard input holds no password.
    """
    if not password_stdin:
        return ""
    if sys.stdin.isatty():
        raise click.UsageError("--password-stdin reads from a pipe or a file: flask … --password-stdin < FILE")
    password = line_from_stdin()
    if not password:
        raise Failed("The password on standard input is empty.", "Leave out --password-stdin if there is none.")
    return password


def line_from_stdin() -> str:
    """Return the first line of standard input.

    Raises:
        Failed: there is none, or it is not UTF-8.
    """
    from app.services.passwords import LONGEST_BYTES

    line = sys.stdin.buffer.readline(2 * LONGEST_BYTES)
    if not line:
        raise Failed("Standard input is empty.", "Send the password as one line: … --password-stdin < FILE")
    try:
        return line.removesuffix(b"\n").removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        # The decoder's own error would carry the password.
        raise Failed("The password on standard input is not UTF-8 text.", "Send it as UTF-8.") from None
