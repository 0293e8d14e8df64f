"""`flask tokens`: what programs sign in to the API with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from commands.output import as_json, moment, print_table, say
from commands.roles import ROLE

if TYPE_CHECKING:
    from app.services.tokens import Created, Token

# What `app.services.tokens` says; stated again as the roles are.
DEFAULT_DAYS, MOST_DAYS = 90, 365


@click.group("tokens")
def command() -> None:
    """Make tokens for programs that use the API, list them, revoke them."""


@command.command()
@click.argument("name_of_user")
@click.option("--name", required=True, help="What the token is for: nightly import on ops1.")
@click.option("--role", type=ROLE, help="The most that it may do; the user's own role by default.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), help=f"How long it lives; {DEFAULT_DAYS} by default.")
@click.option("--never-expires", is_flag=True, help="Let it live until it is revoked.")
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of the token alone.")
def create(name_of_user: str, name: str, role: str | None, days: int | None, never_expires: bool, json_: bool) -> None:
    """Make a token for the user NAME_OF_USER, and print it once.

    Nobody can read it again. A program sends it as: Authorization: Bearer TOKEN
    """
    from app.services import tokens

    if days is not None and never_expires:
        raise click.UsageError("--days and --never-expires exclude each other: take one.")
    life = None if never_expires else timedelta(days=days or DEFAULT_DAYS)
    made = tokens.create(name_of_user, name, role, life)
    _say_what_was_made(made)
    click.echo(as_json({**tokens.as_dict(made.token), "token": made.text, "run": made.run_id}) if json_ else made.text)


@command.command("list")
@click.argument("user", required=False)
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of a table.")
def list_(user: str | None, json_: bool) -> None:
    """List all tokens, or those of USER, the newest first.

    Those that have ended stay listed for at least 90 days.
    """
    from app.services import tokens

    found = tokens.listing(user)
    if json_:
        click.echo(as_json([tokens.as_dict(token) for token in found]))
        return
    print_table(
        ("id", "user", "name", "token", "role", "state", "last used"),
        [_row(token) for token in found],
        empty="No tokens. Make one with: flask tokens create NAME_OF_USER --name TEXT",
        numeric=frozenset({"id"}),
    )


@command.command()
@click.argument("token", metavar="ID|SHOWN")
def revoke(token: str) -> None:
    """Revoke a token: from now on it is not taken.

    It is named by its id, or by its first characters as they are listed.
    """
    from app.services import tokens

    done = tokens.revoke(token)
    which = f'"{done.token.name}" ({done.token.shown}…) of "{done.token.user}"'
    how = f"now. Run {done.run_id}." if done.changed else "already; nothing changed."
    say(f"The token {which} is revoked {how}")


def _say_what_was_made(made: Created) -> None:
    token = made.token
    until = f"until {moment(token.expires_at)}" if token.expires_at else "never expires"
    say(f'Made the token "{token.name}" of "{token.user}", role {token.role}, {until}. Run {made.run_id}.')
    say("The token, shown this once:")


def _row(token: Token) -> tuple[str, ...]:
    return (
        str(token.id),
        token.user,
        token.name,
        f"{token.shown}…",
        token.role,
        _state(token),
        moment(token.used_at) if token.used_at else "never",
    )


def _state(token: Token) -> str:
    if token.state == "active":
        return f"until {moment(token.expires_at)}" if token.expires_at else "never expires"
    ended_at = token.revoked_at or token.expires_at
    return f"{token.state} {moment(ended_at)}" if ended_at else token.state
