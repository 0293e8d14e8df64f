"""`flask users`: who may sign in, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from app.words import counted
from commands.new_password import check_options, new_password, password_options
from commands.output import as_json, moment, print_table
from commands.roles import ROLE

if TYPE_CHECKING:
    from app.models import User
    from app.services.accounts import Change


@click.group("users")
def command() -> None:
    """List users, and change them. New ones are made with create-user."""


@command.command("list")
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of a table.")
def list_(json_: bool) -> None:
    """List all users."""
    from app.services import accounts

    users = accounts.all_users()
    if json_:
        click.echo(as_json([accounts.as_dict(user) for user in users]))
        return
    print_table(
        ("name", "role", "state", "created"),
        [(user.name, user.role, _state(user), moment(user.created_at)) for user in users],
        empty="No users yet. Make one with: flask create-user NAME --role admin",
    )


@command.command("set-role")
@click.argument("name")
@click.argument("role", type=ROLE)
def set_role(name: str, role: str) -> None:
    """Give the user NAME another role."""
    from app.services import accounts

    _tell(accounts.set_role(name, role), f"has the role {role}")


@command.command()
@click.argument("name")
def disable(name: str) -> None:
    """Keep the user NAME from signing in."""
    from app.services import accounts

    _tell(accounts.disable(name), "is disabled")


@command.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let the disabled user NAME sign in again."""
    from app.services import accounts

    _tell(accounts.enable(name), "is enabled")


@command.command("reset-password")
@click.argument("name")
@password_options
def reset_password(name: str, password_stdin: bool, generate: bool) -> None:
    """Give the user NAME a new password; it is asked for twice."""
    from app.services import accounts

    check_options(password_stdin, generate)
    accounts.get(name)  # before anybody thinks of a password
    password = new_password(password_stdin, generate)
    _tell(accounts.reset_password(name, password.text, must_change_password=password.generated), "has a new password")
    password.show()


@command.command("sign-out")
@click.argument("name")
def sign_out(name: str) -> None:
    """End all sessions of the user NAME."""
    from app.services import accounts

    change = accounts.sign_out(name)
    if not change.changed:
        click.echo(f'"{change.name}" is signed in nowhere; nothing changed. Run {change.run_id}.', err=True)
        return
    ended = counted(change.ended, "session")
    click.echo(f'"{change.name}" is signed out: {ended} ended. Run {change.run_id}.', err=True)


def _tell(change: Change, what: str) -> None:
    how = "now" if change.changed else "already; nothing changed"
    click.echo(f'"{change.name}" {what} {how}. Run {change.run_id}.', err=True)


def _state(user: User) -> str:
    if user.disabled_at is not None:
        return f"disabled {moment(user.disabled_at)}"
    return "must change password" if user.must_change_password else "enabled"
