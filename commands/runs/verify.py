"""`flask runs verify`: whether the ledger is what was written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from app.words import counted, plain
from commands.output import as_json, print_table, say

if TYPE_CHECKING:
    from app.services.runs import Verification

TAMPERED = 1


@click.command("verify")
@click.option(
    "--head",
    default="",
    metavar="N:HASH",
    help="The head of an earlier verification: finds a cut end.",
)
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of sentences.")
def command(head: str, json_: bool) -> None:
    """Check that the ledger is what was written.

    Names the runs that somebody edited, deleted, added or reordered in the database.

    Whoever can write to the database can cut the end of the ledger off, or write all of it anew. Only a head that was
    kept somewhere else finds that: keep what this prints, and give it as --head the next time. Exits 1 on any problem.
    """
    from app.errors import Invalid
    from app.services import runs

    try:
        done = runs.verify(head)
    except Invalid as error:
        raise click.BadParameter(str(error), param_hint="--head") from None
    if json_:
        click.echo(as_json(asdict(done)))
    else:
        _print(done)
    if done.problems:
        raise click.exceptions.Exit(TAMPERED)


def _print(done: Verification) -> None:
    older = f" ({done.older:,} from before the chain, which it does not cover)" if done.older else ""
    click.echo(f"Verified {counted(done.runs, 'run')}{older} and {counted(done.moves, 'move')}.")
    if done.problems:
        rows = [("-" if problem.run_id is None else str(problem.run_id), problem.sentence) for problem in done.problems]
        print_table(("run", "problem"), rows, empty="")
        say(f"{counted(len(done.problems), 'problem')}: the ledger is not what was written.")
        return
    click.echo(f"Head {plain(done.head)}")
    say(f"No problems. Keep the head somewhere else; check against it with: flask runs verify --head {done.head}")
