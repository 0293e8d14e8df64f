"""How scripts and their folders are named.

Reusable ones (recycle/) are named for their job, without date or number: a wanted variant is an option of the one that
is there. Temporary ones (a developer's folder) are `ts_YYYY_MM_DD_what_it_does`, the day being that of writing. Retired
ones (unrecycle/) keep whichever of both they had.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from app.errors import AppError
from app.runner.files.discovery import RECYCLE, UNRECYCLE

LONGEST = 100  # what the ledger's column script_id holds
STALE_AFTER_DAYS = 90
RESERVED = frozenset({RECYCLE, UNRECYCLE, "app", "commands", "migrations", "offline_script", "test", "tests"})

_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_FOLDER = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DATED = re.compile(r"ts_(\d{4})_(\d{2})_(\d{2})_(.+)", re.ASCII)
_NUMBER = re.compile(r"v?\d+", re.ASCII)  # a word that is a date, a count or a version

SNAKE_RULE = "Names are lower case letters, digits and single _ between words, and begin with a letter."
TEMPORARY_RULE = "A temporary script is named ts_YYYY_MM_DD_what_it_does, by the day it was written."
REUSABLE_RULE = "A reusable script is named for its job, without ts_, date, number or version."
FOLDER_RULE = "A developer's folder is a lower case name: letters, digits and _, and begins with a letter."


class BadName(AppError):
    """A name that no script, or no developer's folder, can have."""

    status = 422


def dated(what: str, day: date) -> str:
    """Return the name of a temporary script: `ts_2026_11_21_mend_totals`."""
    return f"ts_{day.isoformat().replace('-', '_')}_{what}"


def day_of(name: str) -> date | None:
    """Return the day in the name of a temporary script; None if there is none, or it does not exist."""
    found = _DATED.fullmatch(name)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def without_day(name: str) -> str:
    """Return the name without its `ts_YYYY_MM_DD_`."""
    found = _DATED.fullmatch(name)
    return found[4] if found else name


def age_in_days(name: str, today: date) -> int | None:
    """Return how many days ago a temporary script was written by its name; None if that says nothing."""
    day = day_of(name)
    return None if day is None else (today - day).days


def problem_of_job(name: str) -> str:
    """Return what is wrong with the words of a name, any digits allowed; "" if nothing is."""
    if not _SNAKE.fullmatch(name):
        return SNAKE_RULE
    return f"Names have at most {LONGEST} characters." if len(name) > LONGEST else ""


def problem_of_occasion(name: str) -> str:
    """Return what is wrong with a temporary script's name before its date is put there; "" if nothing is."""
    if name.startswith("ts_"):
        return "The ts_ and today's date are put before it."
    return problem_of_job(name) or problem_of_temporary(dated(name, date.today()))


def problem_of_reusable(name: str) -> str:
    """Return which rule the name of a script in recycle/ breaks; "" if none."""
    words = name.split("_")
    if words[0] == "ts" or name[-1:].isdigit() or any(_NUMBER.fullmatch(word) for word in words):
        return REUSABLE_RULE
    return problem_of_job(name)


def problem_of_temporary(name: str) -> str:
    """Return which rule the name of a script in a developer's folder breaks; "" if none."""
    found = _DATED.fullmatch(name)
    if not found:
        return TEMPORARY_RULE
    if day_of(name) is None:
        return f"There is no day {found[1]}-{found[2]}-{found[3]}. {TEMPORARY_RULE}"
    return problem_of_job(name)


def problem_of_retired(name: str) -> str:
    """Return which rule the name of a script in unrecycle/ breaks; "" if none."""
    return problem_of_temporary(name) if name.startswith("ts_") else problem_of_reusable(name)


# The rule of each folder; any other folder is a developer's.
RULES: dict[str, Callable[[str], str]] = {RECYCLE: problem_of_reusable, UNRECYCLE: problem_of_retired}


def problem_in(folder: str, name: str) -> str:
    """Return which rule of its folder the name of a script breaks; "" if none."""
    return RULES.get(folder, problem_of_temporary)(name)


def problem_of_folder(folder: str) -> str:
    """Return why no developer's folder may be called so; "" if it may."""
    if folder in RESERVED:
        return f'"{folder}" is no developer\'s name.'
    return "" if _FOLDER.fullmatch(folder) else FOLDER_RULE


def folder_for(user: str) -> str:
    """Return a user's name as a folder: `Li.Wei` is li_wei; "" if nothing of it can be."""
    folder = _plain(user)
    return "" if problem_of_folder(folder) else folder


def suggestion(name: str, problem_of: Callable[[str], str]) -> str:
    """Return the nearest name that breaks no rule: `Export Orders 2` is export_orders; "" if there is none."""
    plain = _plain(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))
    words = without_day(plain).split("_")
    kept = [word for word in words if not _NUMBER.fullmatch(word) and word != "ts"]
    shorter = "_".join(kept).rstrip("0123456789_")
    candidates = (plain, "_".join(words), shorter)
    return next((candidate for candidate in candidates if candidate and not problem_of(candidate)), "")


def check(name: str, problem_of: Callable[[str], str], what: str, say: str) -> None:
    """Check a name that somebody wants.

    Args:
        name: that name.
        problem_of: the rule that it has to keep.
        what: what it is to be the name of, for people: "name of a reusable script".
        say: the words to type before a better name: "flask script promote ts_2026_11_20_mend --as".

    Raises:
        BadName: it breaks the rule; says which, and the nearest name that does not.
    """
    problem = problem_of(name)
    if problem:
        near = suggestion(name, problem_of)
        raise BadName(f'"{name}" is no {what}. {problem}', f"Say: {say} {near or 'NAME'}")


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
