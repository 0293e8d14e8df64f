"""What a script declares: docstring, owner, id, options."""

from __future__ import annotations

from collections.abc import Iterator

from app.runner.files.lint.finding import Finding
from app.runner.files.lint.subject import Subject
from app.runner.files.naming import SNAKE_RULE, problem_of_folder, problem_of_job
from app.runner.runner_options import RUNNER_OPTIONS


def check(subject: Subject, _scripts: frozenset[str]) -> Iterator[Finding]:
    """Yield what the script fails to say, or says wrongly."""
    outline = subject.outline
    yield from (subject.error(line, sentence) for line, sentence in outline.problems)
    if subject.tree.body and not outline.doc.strip():
        yield subject.error(1, "It has no docstring; that is its help.")
    if outline.problems:
        return
    yield from _owner(subject)
    yield from _id(subject)
    for line, text in outline.options:
        if text in RUNNER_OPTIONS:
            yield subject.error(line, f"The runner has the option {text} for every script; call this one differently.")


def _owner(subject: Subject) -> Iterator[Finding]:
    owner, folder, line = subject.outline.owner, subject.file.folder, subject.outline.line
    if not owner.strip():
        yield subject.error(line, 'It has no owner: @script(owner="…").')
    elif problem_of_folder(owner):
        yield subject.error(line, f'The owner "{owner}" is nobody: owners are called as their folders.')
    elif subject.file.temporary and owner != folder:
        yield subject.error(line, f'Its owner is "{owner}", and it lies in the folder of {folder}.')


def _id(subject: Subject) -> Iterator[Finding]:
    declared = subject.outline.keywords.get("id")
    if declared is not None and problem_of_job(declared):
        yield subject.error(subject.outline.line, f'The id "{declared}" cannot name a history. {SNAKE_RULE}')
