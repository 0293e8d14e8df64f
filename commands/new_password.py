"""How a command is given a new password: asked for twice, read from a pipe, or made; never as an argument."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click

from commands.password_stdin import line_from_stdin


@dataclass(frozen=True)
class NewPassword:
    """A password, and whether it was made here: then it is shown once, and changed at the first sign-in."""

    text: str
    generated: bool = False

    def show(self) -> None:
        """Print a password that was made here to stdout, alone, so that it can be piped."""
        if self.generated:
            click.echo("The password, shown this once, to be changed at the first sign-in:", err=True)
            click.echo(self.text)


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --password-stdin and --generate to a command."""
    command = click.option("--generate", is_flag=True, help="Make a password and print it once.")(command)
    return click.option("--password-stdin", is_flag=True, help="Read the password from standard input, one line.")(
        command
    )


def check_options(password_stdin: bool, generate: bool) -> None:
    """Do nothing if there is one way to the password.

    Raises:
        UsageError: two ways are asked for, or none is left.
    """
    if password_stdin and generate:
        raise click.UsageError("--password-stdin and --generate exclude each other: take one.")
    if password_stdin and sys.stdin.isatty():
        raise click.UsageError("--password-stdin reads from a pipe or a file; without it the password is asked for.")
    if not (password_stdin or generate or sys.stdin.isatty()):
        raise click.UsageError(
            "Without a terminal the password cannot be asked for: add --password-stdin or --generate."
        )


def new_password(password_stdin: bool, generate: bool) -> NewPassword:
    """Return the password in the way that the options say; without one, ask for it twice, hidden.

    Raises:
        Failed: standard input holds no password.
    """
    if generate:
        from app.services import passwords

        return NewPassword(passwords.generate(), generated=True)
    if password_stdin:
        return NewPassword(line_from_stdin())
    return NewPassword(click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True))
