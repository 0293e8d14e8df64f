"""`flask create-user`: somebody who may sign in."""

from __future__ import annotations

import click

from commands.new_password import check_options, new_password, password_options
from commands.roles import ROLE


@click.command("create-user")
@click.argument("name")
@click.option("--role", type=ROLE, default="viewer", show_default=True, help="What the user may do.")
@password_options
def command(name: str, role: str, password_stdin: bool, generate: bool) -> None:
    """Make the user NAME; the password is asked for twice.

    It needs 12 characters, and is neither easily guessed nor the name.
    """
    from app.services import accounts

    check_options(password_stdin, generate)
    accounts.check_free(name)  # before anybody thinks of a password
    password = new_password(password_stdin, generate)
    made = accounts.create_user(name, password.text, role, must_change_password=password.generated)
    click.echo(f'Created the user "{made.name}", role {role}. Run {made.run_id}.', err=True)
    password.show()
