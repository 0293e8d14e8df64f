"""`flask script new`: a script and its test, from the template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from commands.output import say
from commands.script.paths import typed

if TYPE_CHECKING:
    from app.runner.files.new import Written

EXAMPLE = '--city "Hangzhou"'  # the option of the template


@click.command("new")
@click.argument("name")
@click.option("--owner", metavar="NAME", help="Who answers for it, and whose folder it goes to; without it: you.")
@click.option("--recycle", is_flag=True, help="Make it a reusable one: in recycle/, and without a date.")
def command(name: str, owner: str | None, recycle: bool) -> None:
    """Write a new script and its test.

    Both are a small example that works, to be made yours. NAME says what it does, in lower case words:
    mend_order_totals. A temporary script gets ts_ and today's date before it; what is needed again and again goes to
    recycle/. Before a new script, look whether an option of one that is there does it: flask script list
    """
    from app.services.scripts import life_cycle

    written = life_cycle.new(name, owner, recycle)
    click.echo(typed(written.script.path))
    click.echo(typed(written.test))
    _say_what_is_next(written)


def _say_what_is_next(written: Written) -> None:
    name = written.script.name
    say("Both work as they are. Make them yours, then:")
    say(f"  pytest {typed(written.test)}")
    say(f"  flask script run {name} {EXAMPLE} --dry-run")
    say(f"  flask script run {name} --apply RUN        the RUN that the dry run names")
    if written.script.temporary:
        say(f"  flask script promote {name}        when it is wanted again")
