"""Whether `python FILE` runs the script: its file has to call it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.runner.files.lint.finding import Finding
from app.runner.files.lint.subject import Subject
from app.runner.files.outline import decorators


def check(subject: Subject, _scripts: frozenset[str]) -> Iterator[Finding]:
    """Yield that the file does not call its function when it is run by itself."""
    if subject.outline.problems:
        return
    ((function, _decorator),) = decorators(subject.tree)
    if not any(_calls(statement, function.name) for statement in subject.tree.body):
        how = f'if __name__ == "__main__": {function.name}()'
        yield subject.warning(function.lineno, f"python {subject.path} would do nothing. Write at its end: {how}")


def _calls(statement: ast.stmt, name: str) -> bool:
    """Tell whether a statement is `if __name__ == "__main__":` and calls the function."""
    if not (isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test)):
        return False
    calls = (node.func for inside in statement.body for node in ast.walk(inside) if isinstance(node, ast.Call))
    return any(isinstance(called, ast.Name) and called.id == name for called in calls)
