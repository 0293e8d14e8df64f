"""What the READMEs and the pages of docs/ name exists: commands, options, files; and both READMEs say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask.cli import routes_command, run_command, shell_command
from flask_migrate.cli import db

import commands
from app.own_tables import PROTECTED
from app.runner.runner_options import RUNNER_OPTIONS
from commands.group import ALIASES, OpsdeskGroup
from tests.project_copy import ROOT

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
PAGES = [ENGLISH, CHINESE, *sorted((ROOT / "docs").rglob("*.md"))]
# Flask-RQ's is made with an application; no page names options of it.
RQ = click.Group("rq", commands={"worker": click.Command("worker")})
FLASKS_OWN: dict[str, click.Command] = {
    "db": db,
    "routes": routes_command,
    "rq": RQ,
    "run": run_command,
    "shell": shell_command,
}

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# `flask runs show 3`, at the start of a line of code, in a span of code, or behind "with: "; no blanks but single ones.
CALL = re.compile(r"(?:^(?:\$ |# |## |### )?|`|with: )(?:flask|python manage\.py)((?: [^\s`]+)+)", re.MULTILINE)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
LINK = re.compile(r"\]\(([^)#]*)(?:#[^)]*)?\)")
PLACEHOLDER = re.compile(r"CMD|COMMAND|\.\.\.|…")


def root_group() -> click.Group:
    """Return the command line as it is, without making the application."""
    group = OpsdeskGroup()
    group.commands.update({**FLASKS_OWN, **{command.name or "": command for command in commands.load()}})
    group.commands.update({alias: group.commands[name] for alias, name in ALIASES.items()})
    return group


def options_of(command: click.Command) -> set[str]:
    """Return a command's own options."""
    parameters = command.get_params(click.Context(command))
    return {option for parameter in parameters for option in (*parameter.opts, *parameter.secondary_opts)}


def every(command: click.Command) -> Iterator[click.Command]:
    """Yield a command and all below it."""
    yield command
    if isinstance(command, click.Group):
        for child in command.commands.values():
            yield from every(child)


GROUP = root_group()
ALL_OPTIONS = set(RUNNER_OPTIONS).union(*map(options_of, every(GROUP)))


def wrong(call: str) -> str | None:
    """Return what a call names that does not exist; None if all of it does."""
    command: click.Command = GROUP
    for word in call.split():
        if word.startswith("#"):
            break
        if word.startswith("-"):
            if word.startswith("--") and word not in options_of(command):
                return f"{command.name} {word}"
        elif isinstance(command, click.Group) and not PLACEHOLDER.search(word) and word.isascii() and word[0] != "[":
            if not command.commands:  # it finds them when it is used: the scripts
                break
            if word not in command.commands:
                return f"{command.name} {word}"
            command = command.commands[word]
    return None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_names_what_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [found for call in CALL.findall(text) if (found := wrong(call))] == []
    assert set(OPTION.findall(text)) <= ALL_OPTIONS
    targets = [target for target in LINK.findall(BLOCK.sub("", text)) if target and "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_check_finds_what_does_not_exist() -> None:
    assert [wrong(call) for call in CALL.findall("`flask nosuch`\n$ flask runs lst\nflask tables --row 5\n")] == [
        f"{GROUP.name} nosuch",
        "runs lst",
        "tables --row",
    ]
    assert wrong("runserver") is wrong("db upgrade") is wrong("CMD") is wrong("--debug runs show 3") is None


def test_both_readmes_have_the_same_sections_commands_and_links() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in (ENGLISH, CHINESE))
    code = [[re.sub(r" +# .*", "", body) for _, body in BLOCK.findall(text)] for text in (english, chinese)]
    assert code[0] == code[1]
    levels = [re.findall(r"^#+ ", BLOCK.sub("", text), re.MULTILINE) for text in (english, chinese)]
    assert levels[0] == levels[1]
    assert OPTION.findall(english) == OPTION.findall(chinese)
    links = [LINK.findall(text) for text in (english, chinese)]
    assert (links[0].pop(0), links[1].pop(0)) == (CHINESE.name, ENGLISH.name)
    assert links[0] == links[1]


@pytest.mark.parametrize("page", [ENGLISH, CHINESE], ids=lambda page: page.name)
def test_readme_names_the_tables_that_initdb_makes(page: Path) -> None:
    """Whoever points opsdesk at a database of their own reads there what comes into it."""
    spans = set(re.findall(r"`(\w+)`", page.read_text(encoding="utf-8")))
    assert PROTECTED - spans == set()
