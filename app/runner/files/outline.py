"""What a script says of itself, read from its text: the file is never imported for it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from app.runner.files.source import UNREADABLE, dotted, imported_names, parse, reason_of

Function = ast.FunctionDef | ast.AsyncFunctionDef
# Where the decorator comes from.
DECORATOR = {"app.runner.script", "app.runner.script.script"}
# The keywords of @script(...), and the types of their values; None: known when it runs, not before.
KEYWORDS: dict[str, tuple[type, ...] | None] = {
    "owner": (str,),
    "id": (str,),
    "run_once": (bool,),
    "read_only": (bool,),
    "timeout": None,
    "pause_while": None,
}
# Click's decorators that make an option, and its spellings where none is written.
OPTIONS: dict[str, tuple[str, ...]] = {
    "click.option": (),
    "click.confirmation_option": ("--yes",),
    "click.password_option": ("--password",),
    "click.version_option": ("--version",),
    "click.help_option": ("--help",),
}


class Problem(NamedTuple):
    """What keeps a script from being run: the line, and a sentence."""

    line: int
    sentence: str


class Spelling(NamedTuple):
    """An option's name as it is typed, and the line that gives it."""

    line: int
    text: str


@dataclass(frozen=True)
class Outline:
    """What a script's file says.

    Attributes:
        stem: its name, without .py.
        doc: the docstring of the module; "" if it has none.
        keywords: those of `@script(...)` whose values are written out.
        line: that of the decorator, 1 if there is none.
        options: the spellings of its options, as far as the file itself has them.
        problems: why it cannot be run; the rest is as far as it could be read.
    """

    stem: str
    doc: str = ""
    keywords: dict[str, Any] = field(default_factory=dict)
    line: int = 1
    options: tuple[Spelling, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def summary(self) -> str:
        """Return the first line of its docstring."""
        return self.doc.partition("\n")[0].strip()

    @property
    def id(self) -> str:
        """Return the name of its history: the declared one, else its file's."""
        return str(self.keywords.get("id") or self.stem)

    @property
    def owner(self) -> str:
        """Return who answers for it; "" if nobody is named."""
        return str(self.keywords.get("owner", ""))


def read(path: Path) -> Outline:
    """Return the outline of a script's file; what is wrong with the file stands in `problems`, nothing is raised."""
    try:
        tree = parse(path)
    except UNREADABLE as error:
        return Outline(path.stem, problems=(Problem(*reason_of(error)),))
    return outline_of(tree, path.stem)


def outline_of(tree: ast.Module, stem: str) -> Outline:
    """Return the outline of a module's tree, whose file has this stem."""
    doc = ast.get_docstring(tree) or ""
    names = imported_names(tree)
    found = list(decorators(tree))
    if len(found) != 1:
        return Outline(stem, doc, problems=(_not_one(found),))
    function, decorator = found[0]
    return Outline(
        stem,
        doc,
        keywords=dict(_written_out(decorator)),
        line=decorator.lineno,
        options=tuple(_spellings(function, names)),
        problems=tuple(_problems(function, decorator)),
    )


def decorators(tree: ast.Module) -> Iterator[tuple[Function, ast.expr]]:
    """Yield every function of the module that is decorated with `script`, and that decorator."""
    names = imported_names(tree)
    for node in ast.walk(tree):
        if not isinstance(node, Function):
            continue
        for decorator in node.decorator_list:
            name = decorator.func if isinstance(decorator, ast.Call) else decorator
            if dotted(name, names) in DECORATOR:
                yield node, decorator


def _not_one(found: list[tuple[Function, ast.expr]]) -> Problem:
    if not found:
        return Problem(1, "It has no function decorated with @script(...) of app.runner.")
    lines = ", ".join(str(decorator.lineno) for _function, decorator in found)
    return Problem(found[1][1].lineno, f"It has {len(found)} functions decorated with @script(...) (lines {lines}).")


def _written_out(decorator: ast.expr) -> Iterator[tuple[str, Any]]:
    for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
        try:
            value = ast.literal_eval(keyword.value)
        except (ValueError, TypeError, MemoryError, RecursionError):
            continue
        if keyword.arg in KEYWORDS:
            yield keyword.arg, value


def _problems(function: Function, decorator: ast.expr) -> Iterator[Problem]:
    if not isinstance(decorator, ast.Call):
        yield Problem(decorator.lineno, 'The decorator needs its arguments: @script(owner="…").')
        return
    if isinstance(function, ast.AsyncFunctionDef):
        yield Problem(function.lineno, f"{function.name}() is async; the runner calls plain functions.")
    if decorator.args:
        yield Problem(decorator.lineno, 'The arguments of @script(...) have names: @script(owner="…").')
    for keyword in decorator.keywords:
        yield from _problems_of(keyword)


def _problems_of(keyword: ast.keyword) -> Iterator[Problem]:
    if keyword.arg is None:
        yield Problem(keyword.value.lineno, "The keywords of @script(...) have to be written out, without **.")
    elif keyword.arg not in KEYWORDS:
        yield Problem(keyword.lineno, f"@script(...) has no {keyword.arg}; it takes: {', '.join(KEYWORDS)}.")
    else:
        kinds = KEYWORDS[keyword.arg]
        if kinds and not (isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, kinds)):
            wanted = " or ".join(kind.__name__ for kind in kinds)
            yield Problem(keyword.value.lineno, f"{keyword.arg} has to be written out in @script(...), as a {wanted}.")


def _spellings(function: Function, names: dict[str, str]) -> Iterator[Spelling]:
    for call in function.decorator_list:
        if not isinstance(call, ast.Call) or dotted(call.func, names) not in OPTIONS:
            continue
        written = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        parts = [part.strip() for text in written for part in text.replace(";", "/").split("/")]
        given = [part for part in parts if part.startswith("-")]
        yield from (Spelling(call.lineno, part) for part in given or OPTIONS[dotted(call.func, names)])
