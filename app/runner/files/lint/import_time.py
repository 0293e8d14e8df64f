"""What a script's file does when it is loaded, which `flask script show` does as well: nothing, if it is right."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.runner.files.lint.finding import Finding
from app.runner.files.lint.subject import Subject

# Statements that do something by themselves.
AT_WORK = (ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Delete, ast.Raise)
# Calls that reach outside, and so do it even where their result is only given a name.
FUNCTIONS = {"create_app", "create_engine", "input", "open", "print", "urlopen"}
METHODS = {
    *("commit", "connect", "create_all", "delete", "execute", "open", "query", "read_bytes", "read_text"),
    *("rollback", "scalar", "scalars", "urlopen", "write_bytes", "write_text"),
}
ADVICE = "is done when the file is loaded, by show and in a dry run too. Move it into the function."


def check(subject: Subject, _scripts: frozenset[str]) -> Iterator[Finding]:
    """Yield each statement outside of functions that does work."""
    for statement in _run_at_import(subject.tree.body):
        what = _work(statement)
        if what:
            yield subject.warning(statement.lineno, f"{what} {ADVICE}")


def _run_at_import(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if isinstance(statement, ast.If):
            if "__name__" not in {node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)}:
                yield from _run_at_import(statement.body + statement.orelse)
        elif isinstance(statement, ast.Try):
            yield from _run_at_import(statement.body + statement.orelse + statement.finalbody)
        else:
            yield statement


def _work(statement: ast.stmt) -> str:
    """Return what a statement does, for people; "" if nothing."""
    if isinstance(statement, AT_WORK):
        return f"This {type(statement).__name__.removeprefix('Async').lower()}"
    if isinstance(statement, ast.Expr):
        return "" if isinstance(statement.value, ast.Constant) else _called(statement.value) or "This expression"
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) and statement.value is not None:
        reaching = (node for node in ast.walk(statement.value) if isinstance(node, ast.Call) and _reaches(node))
        return next((_called(call) for call in reaching), "")
    return ""


def _reaches(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr in METHODS
    return isinstance(call.func, ast.Name) and call.func.id in FUNCTIONS


def _called(value: ast.expr) -> str:
    return f"{ast.unparse(value.func)}(…)" if isinstance(value, ast.Call) else ""
