"""What becomes of scripts: written, promoted, retired. Their files change, and their history stays theirs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from flask import current_app

from app import asker, config
from app.errors import Refused
from app.runner.files import lint, naming
from app.runner.files import promote as promoting
from app.runner.files import retire as retiring
from app.runner.files.discovery import RECYCLE, find
from app.runner.files.new import Written, write_new
from app.runner.files.rename import Renamed


def root() -> Path:
    """Return the folder of all scripts."""
    return config.scripts_path(current_app.config)


def new(name: str, owner: str | None = None, reusable: bool = False) -> Written:
    """Write a new script and its test from the template.

    Args:
        name: what it does, in lower case words: `mend_totals`. A temporary script gets today's date before it.
        owner: who answers for it, and whose folder it goes to; without: the operator.
        reusable: put it into recycle/.

    Raises:
        Refused: nobody's folder can be told from the operator's name.
        BadName: the name or the owner breaks a rule.
        Conflict: it exists already.
    """
    say = f"flask script new{' --recycle' * reusable}{f' --owner {owner}' if owner else ''}"
    owner = owner or _own_folder()
    problem = naming.problem_of_folder(owner)
    if problem:
        raise naming.BadName(f'"{owner}" cannot own a script. {problem}', "Say: --owner NAME")
    if reusable:
        naming.check(name, naming.problem_of_reusable, "name of a reusable script", say)
        return write_new(root(), RECYCLE, name, owner)
    naming.check(name, naming.problem_of_occasion, "name of a script", say)
    return write_new(root(), owner, naming.dated(name, date.today()), owner)


def promote(name: str, to: str = "") -> Renamed:
    """Move the temporary script `name` to recycle/, called `to` there; see `app.runner.files.promote`."""
    return promoting.promote(root(), find(root(), name), to)


def retire(name: str, to: str = "") -> Renamed:
    """Move the script `name` to unrecycle/, called `to` there; see `app.runner.files.retire`."""
    return retiring.retire(root(), find(root(), name), to)


def findings() -> list[lint.Finding]:
    """Return what is wrong with the scripts' files today."""
    return lint.lint(root(), date.today())


def _own_folder() -> str:
    user = asker.os_operator().rpartition("@")[0]
    folder = naming.folder_for(user)
    if not folder:
        raise Refused(f'The user name "{user}" cannot name a folder.', "Say whose script it is: --owner NAME")
    return folder
