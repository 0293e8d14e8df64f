"""What is wrong with the scripts' files: found by reading them, none is run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from app.runner.files.discovery import all_scripts
from app.runner.files.lint import as_file, declaration, import_time, imports, names, tree
from app.runner.files.lint.finding import ERROR, WARNING, Finding
from app.runner.files.lint.subject import Subject

__all__ = ["ERROR", "WARNING", "Finding", "lint"]

# What is asked of each script, and of all of them together.
OF_EACH = (declaration.check, names.check, imports.check, import_time.check, as_file.check)
OF_ALL = (tree.misplaced, tree.folders, tree.duplicate_names, tree.duplicate_ids)


def lint(root: Path, today: date) -> list[Finding]:
    """Return what is wrong with the scripts under `root`, sorted by path and line; paths begin with root's name."""
    subjects = [Subject.of(file, root, today) for file in all_scripts(root)]
    scripts = frozenset(subject.file.name for subject in subjects)
    found = [finding for subject in subjects for check in OF_EACH for finding in check(subject, scripts)]
    found += [finding for check_all in OF_ALL for finding in check_all(root, subjects)]
    return sorted(found)
