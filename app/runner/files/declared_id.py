"""Write a script's id into its `@script(...)`, so that its history outlives its file's name."""

from __future__ import annotations

import ast
import json
import re

from app.errors import Failed
from app.runner.files.outline import Outline, decorators, outline_of
from app.runner.files.source import UNREADABLE, decoded, parse_text, reason_of

# As Python's own reader counts lines; str.splitlines knows more ends of lines than that.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


def with_declared_id(content: bytes, stem: str) -> bytes:
    """Return a script's file with its id declared: its stem, unless it declares one. All else stays byte for byte.

    Raises:
        Failed: the file is no script that could be read, or the result would mean anything else.
    """
    try:
        text, encoding = decoded(content)
        tree = parse_text(text)
        outline = outline_of(tree, stem)
        if outline.problems or not outline.keywords:
            raise Failed(f"{stem}.py cannot be given an id. {_reason(outline)}", "Mend it first.")
        if "id" in outline.keywords:
            return content
        declared = _inserted(text, tree, f"id={json.dumps(stem, ensure_ascii=False)},")
        _check(parse_text(declared), tree, stem)
        return declared.encode(encoding)
    except UNREADABLE as error:
        raise Failed(f"{stem}.py cannot be given an id. {reason_of(error)[1]}", "Mend it first.") from error


def _reason(outline: Outline) -> str:
    return outline.problems[0].sentence if outline.problems else 'It has no owner: @script(owner="…").'


def _inserted(text: str, tree: ast.Module, argument: str) -> str:
    """Return the text with the argument before the decorator's first keyword, on a line of its own if that has one."""
    first = _call(tree).keywords[0]
    lines = _LINE.findall(text)
    line = lines[first.lineno - 1]
    before = line.encode()[: first.col_offset].decode()  # Python counts columns in bytes of UTF-8
    above = lines[first.lineno - 2] if first.lineno > 1 else ""
    end = above[len(above.rstrip("\r\n")) :]
    gap = " " if before.strip() else end + before
    lines[first.lineno - 1] = before + argument + gap + line[len(before) :]
    return "".join(lines)


def _check(after: ast.Module, before: ast.Module, stem: str) -> None:
    call = _call(after)
    added, *call.keywords = call.keywords
    same = ast.dump(after) == ast.dump(before)
    if not (same and added.arg == "id" and isinstance(added.value, ast.Constant) and added.value.value == stem):
        raise Failed(f"{stem}.py cannot be given an id without changing what it does.", f'Write id="{stem}" into it.')


def _call(tree: ast.Module) -> ast.Call:
    ((_function, decorator),) = decorators(tree)
    assert isinstance(decorator, ast.Call)  # noqa: S101 - anything else is a problem of the outline's
    return decorator
