"""What a script's file is called, and how old that makes it."""

from __future__ import annotations

from collections.abc import Iterator

from app.runner.files.lint.finding import Finding
from app.runner.files.lint.subject import Subject
from app.runner.files.naming import STALE_AFTER_DAYS, age_in_days, problem_in


def check(subject: Subject, _scripts: frozenset[str]) -> Iterator[Finding]:
    """Yield the rule that the name breaks, and what its date says."""
    file = subject.file
    problem = problem_in(file.folder, file.name)
    if problem:
        yield subject.error(1, f'The name "{file.name}" does not belong into {file.folder}/. {problem}')
    elif file.temporary:
        yield from _age(subject)


def _age(subject: Subject) -> Iterator[Finding]:
    age = age_in_days(subject.file.name, subject.today)
    if age is None:
        return
    if age < 0:
        yield subject.warning(1, "The day in its name is still to come.")
    elif age > STALE_AFTER_DAYS:
        yield subject.warning(1, f"It is {age} days old: promote it, or delete it.")
