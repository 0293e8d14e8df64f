"""`flask doctor`: what is wrong with this set-up, and how to mend it."""

from __future__ import annotations

import dataclasses

import click

from commands.guard import diagnoses
from commands.output import as_json

SIGNS = {"ok": "✓", "problem": "✗", "not applicable": "–", "not checked": "–"}
NAME_WIDTH = 13
PROBLEMS = 1


@click.command("doctor")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@diagnoses
def command(json_: bool) -> None:
    """Check this set-up: settings, database, migrations, secret key, folders, Redis; say how to mend what is wrong.

    Exits with 1 if anything is.
    """
    from app.services.checks.table import carry_out

    wrong = False
    found = []
    for name, finding in carry_out():
        wrong = wrong or finding.state == "problem"
        found.append({"name": name, **dataclasses.asdict(finding)})
        if not json_:
            lines = [finding.what, finding.mend] if finding.mend else [finding.what]
            click.echo(f"{SIGNS[finding.state]} {name:<{NAME_WIDTH}} " + _indented("\n".join(lines)))
    if json_:
        click.echo(as_json({"ok": not wrong, "checks": found}))
    if wrong:
        raise click.exceptions.Exit(PROBLEMS)


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + " " * (NAME_WIDTH + 3))
