"""`flask script lint`: what is wrong with the scripts' files."""

from __future__ import annotations

import click

from app.words import counted, plain
from commands.output import as_json, say


@click.command("lint")
@click.option("--json", "json_", is_flag=True, help="Print JSON instead of lines.")
def command(json_: bool) -> None:
    """Check the scripts' files.

    Names, places, owners, ids, imports and options have rules; no script is run for them.

    Exit codes: 0 nothing, or warnings only; 1 errors.
    """
    from app.runner.files.lint import ERROR
    from app.services.scripts import life_cycle

    findings = life_cycle.findings()
    errors = sum(finding.level == ERROR for finding in findings)
    if json_:
        click.echo(as_json([finding._asdict() for finding in findings]))
    else:
        for finding in findings:
            click.echo(plain(str(finding)))
        say(f"{counted(errors, 'error')}, {counted(len(findings) - errors, 'warning')}.")
    raise click.exceptions.Exit(1 if errors else 0)
