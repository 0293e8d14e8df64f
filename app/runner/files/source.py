"""A Python file as text and as a tree, and the names in it resolved to what they were imported from."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from pathlib import Path

# What the parser raises on a file that is no Python: null bytes, nesting without end, bytes of another encoding.
UNREADABLE = (OSError, SyntaxError, ValueError, RecursionError, MemoryError)


def decoded(content: bytes) -> tuple[str, str]:
    """Return the text of a Python file, its line breaks as they are, and the encoding that writes it back.

    Raises:
        SyntaxError, ValueError: it declares an encoding that does not exist, or is not in the one it declares.
    """
    encoding, _lines = tokenize.detect_encoding(io.BytesIO(content).readline)
    return content.decode(encoding), encoding


def parse(path: Path) -> ast.Module:
    """Return the tree of a Python file, which is not run.

    Raises:
        one of UNREADABLE
    """
    return parse_text(decoded(path.read_bytes())[0])


def parse_text(text: str) -> ast.Module:
    """Return the tree of a text; an invalid escape in it is not this reader's to warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def reason_of(error: BaseException) -> tuple[int, str]:
    """Return the line where a file stops being Python (1 if nobody knows), and why, for one of UNREADABLE."""
    if isinstance(error, SyntaxError):
        return error.lineno or 1, f"It is no valid Python: {error.msg}."
    if isinstance(error, OSError):
        return 1, f"It cannot be read: {error.strerror or error}."
    return 1, f"It is no valid Python: {error}."


def imported_names(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name stands for: `{"script": "app.runner.script", "np": "numpy"}`."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {a.asname: a.name for a in node.names if a.asname}
            names |= {a.name.split(".")[0]: a.name.split(".")[0] for a in node.names if not a.asname}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return names


def dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Return the full dotted name of an expression: `click.option`; "" for what is no name."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, names)
        return before and f"{before}.{node.attr}"
    return ""
