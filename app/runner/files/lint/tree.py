"""What is wrong with all scripts together: places, folders, names and ids that two of them have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from app.runner.files.discovery import RECYCLE, UNRECYCLE
from app.runner.files.lint.finding import ERROR, Finding
from app.runner.files.lint.subject import Subject, shown
from app.runner.files.naming import problem_of_folder

Subjects = list[Subject]


def misplaced(root: Path, subjects: Subjects) -> Iterator[Finding]:
    """Yield the files that no command finds, because they do not lie in a folder right under `root`."""
    found = {subject.file.path for subject in subjects}
    for path in sorted(root.rglob("*.py")):
        if path not in found and not path.name.startswith("_") and path.is_file():
            yield Finding(
                shown(path, root), 1, ERROR, "No command finds it here: scripts lie in recycle/, or in your folder."
            )


def folders(root: Path, subjects: Subjects) -> Iterator[Finding]:
    """Yield the folders that are no developer's."""
    for folder in sorted({subject.file.folder for subject in subjects} - {RECYCLE, UNRECYCLE}):
        problem = problem_of_folder(folder)
        if problem:
            yield Finding(shown(root / folder, root), 1, ERROR, problem)


def duplicate_names(_root: Path, subjects: Subjects) -> Iterator[Finding]:
    """Yield every script whose name another one has: its name alone does not find it."""
    for subject, others in _shared(subjects, lambda subject: subject.file.name):
        yield subject.error(1, f"The name {subject.file.name} is taken by {_paths(others)} as well.")


def duplicate_ids(_root: Path, subjects: Subjects) -> Iterator[Finding]:
    """Yield every script whose id another one has: their histories would be one. Equal names are said already."""
    readable = [subject for subject in subjects if not subject.outline.problems]
    for subject, others in _shared(readable, lambda subject: subject.outline.id):
        differing = [other for other in others if other.file.name != subject.file.name]
        if differing:
            line, shared_id = subject.outline.line, subject.outline.id
            yield subject.error(line, f'The id "{shared_id}" is that of {_paths(differing)} as well.')


def _shared(subjects: Subjects, value_of: Callable[[Subject], str]) -> Iterator[tuple[Subject, Subjects]]:
    """Yield each subject that is not alone with its value, and the others that have it."""
    groups: dict[str, Subjects] = defaultdict(list)
    for subject in subjects:
        groups[value_of(subject)].append(subject)
    for group in groups.values():
        yield from ((subject, [s for s in group if s is not subject]) for subject in group if len(group) > 1)


def _paths(subjects: Subjects) -> str:
    return ", ".join(subject.path for subject in subjects)
