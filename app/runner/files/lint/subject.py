"""A script as the checks see it: read once."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.runner.files import outline
from app.runner.files.discovery import ScriptFile
from app.runner.files.lint.finding import ERROR, WARNING, Finding
from app.runner.files.outline import Outline
from app.runner.files.source import UNREADABLE, parse


@dataclass(frozen=True)
class Subject:
    """A script's file, its path for people, its outline, its tree (empty if it is no Python) and today."""

    file: ScriptFile
    path: str
    outline: Outline
    tree: ast.Module
    today: date

    @classmethod
    def of(cls, file: ScriptFile, root: Path, today: date) -> Subject:
        """Read a script's file."""
        try:
            tree = parse(file.path)
        except UNREADABLE:
            tree = ast.Module([], [])
        return cls(file, shown(file.path, root), outline.read(file.path), tree, today)

    def error(self, line: int, message: str) -> Finding:
        """Return what keeps it from being right."""
        return Finding(self.path, line, ERROR, message)

    def warning(self, line: int, message: str) -> Finding:
        """Return what is worth a look."""
        return Finding(self.path, line, WARNING, message)


def shown(path: Path, root: Path) -> str:
    """Return a path as it is printed: from the folder that holds `root`, with slashes."""
    return path.relative_to(root.parent).as_posix()
