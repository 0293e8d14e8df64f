"""The texts of a new script and of its test: a small example that works, to be made one's own."""

from __future__ import annotations

from string import Template

LINE = 120

SCRIPT = Template('''"""Trim the blanks around the names of one city's customers.

An example that works: make it yours. The first line is shown by `flask script list`, all of this is the script's help.
Say why it is needed, what it changes, and whether it may run twice.
"""

from __future__ import annotations

import click
from sqlalchemy import select

from app.models import Customer
from app.runner import script
from app.runner.script_run import ScriptRun


# The id is the name of this script's history: it stays when the file is renamed or moved.
$declaration
@click.option("--city", required=True, help="Only customers of this city.")
def main(run: ScriptRun, city: str) -> None:
    query = select(Customer).where(Customer.city == city)
    # After each batch the runner commits, together with the place reached: a run that is stopped, or dies, goes on
    # from there. So change what the batch holds, and never commit here.
    for batch in run.batches(query, key=Customer.id, size=500):
        for customer in batch:
            customer.name = customer.name.strip()


if __name__ == "__main__":
    main()
''')

TEST = '''"""Names of the city's customers lose their blanks; all others stay as they are."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import Customer
from app.services.transactions import reading, writing
from tests.scripts import run_script, script_of

SCRIPT = script_of(__file__)  # the script of the same name in the same folder, wherever both are moved


@pytest.fixture(autouse=True)
def _customers(app: Flask) -> None:
    people = [(" Li ", "Hangzhou"), ("Wang", "Hangzhou"), (" Zhao ", "Ningbo")]
    with writing() as session:
        session.add_all([Customer(name=name, city=city) for name, city in people])


def names() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Customer.name)))


def test_a_dry_run_tells_what_would_change_and_changes_nothing() -> None:
    outcome = run_script(SCRIPT, "--city", "Hangzhou", dry_run=True)
    assert outcome.rows["customers"]["updated"] == 1
    assert names() == {" Li ", "Wang", " Zhao "}


def test_only_names_with_blanks_are_changed_and_only_in_the_city() -> None:
    outcome = run_script(SCRIPT, "--city", "Hangzhou")
    assert outcome.rows["customers"]["updated"] == 1
    assert names() == {"Li", "Wang", " Zhao "}
'''


def script_text(stem: str, owner: str) -> str:
    """Return the text of a new script; its id is the name that it has now."""
    return SCRIPT.substitute(declaration=_declaration(stem, owner))


def _declaration(stem: str, owner: str) -> str:
    line = f'@script(id="{stem}", owner="{owner}")'
    return line if len(line) <= LINE else f'@script(\n    id="{stem}",\n    owner="{owner}",\n)'
