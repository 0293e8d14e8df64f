"""Imports run one way: nothing of the project imports what stands above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Every layer, from the bottom up, and the layers it may import beside itself. A new module or package of app/ is a
# layer of its own: it stands here before it is imported.
ALLOWED: dict[str, set[str]] = {
    "app.errors": set(),
    "app.config": {"app.errors"},
    "app.asker": set(),
    "app.signals": set(),
    "app.logs": {"app.asker"},
    "app.words": set(),
    "app.interrupts": set(),
    "app.own_tables": set(),
    "app.extensions": set(),
    "app.mysql_connection": set(),
    "app.engine": {"app.mysql_connection", "app.errors"},
    "app.transactional": {"app.engine", "app.errors"},
    "app.secret_key": {"app.config", "app.errors"},
    "app.store_url": {"app.errors"},
    "app.models": {"app.extensions", "app.config", "app.errors"},
    "app.sheets": {
        "app.transactional",
        "app.interrupts",
        "app.engine",
        "app.mysql_connection",
        "app.own_tables",
        "app.config",
        "app.errors",
        "app.words",
    },
    "app.runner": {
        "app.models",
        "app.own_tables",
        "app.transactional",
        "app.engine",
        "app.extensions",
        "app.config",
        "app.errors",
        "app.interrupts",
        "app.words",
    },
    "app.services": {
        "app.asker",
        "app.signals",
        "app.interrupts",
        "app.own_tables",
        "app.runner",
        "app.words",
        "app.sheets",
        "app.models",
        "app.secret_key",
        "app.store_url",
        "app.engine",
        "app.extensions",
        "app.config",
        "app.errors",
    },
    "app.receivers": {"app.signals", "app.services", "app.asker", "app.config", "app.errors"},
    "app.http": {"app.asker", "app.services", "app.models", "app.errors"},
    "app.api": {
        "app.http",
        "app.asker",
        "app.words",
        "app.services",
        "app.runner",
        "app.sheets",
        "app.models",
        "app.extensions",
        "app.config",
        "app.errors",
    },
    "app.web": {
        "app.http",
        "app.asker",
        "app.signals",
        "app.words",
        "app.own_tables",
        "app.services",
        "app.runner",
        "app.sheets",
        "app.models",
        "app.extensions",
        "app.config",
        "app.errors",
    },
    "commands": {
        "app.asker",
        "app.words",
        "app.services",
        "app.sheets",
        "app.runner",
        "app.models",
        "app.secret_key",
        "app.config",
        "app.errors",
    },
    "app": {
        "app.web",
        "app.api",
        "app.http",
        "app.receivers",
        "app.secret_key",
        "app.store_url",
        "app.engine",
        "app.logs",
        "app.extensions",
        "app.config",
        "app.errors",
    },
    "manage": {"commands", "app"},
    "offline_script": {"app.runner", "app.services", "app.models", "app.config", "app.errors", "app.words"},
}
# What create_app() may import although it stands above it, inside the function only.
UPWARD = ("app", "create_app", "commands")
# Layers that know no terminal, no request: click not at all (the runner: only what describes parameters), of Flask not
# these names.
NO_TERMINAL = {"app.services", "app.models", "app.sheets", "app.runner"}
NAMES_PARAMETERS = {"app.runner"}
PARAMETER_NAMES = {"Argument", "BadParameter", "Command", "Context", "Option", "Parameter", "UsageError", "types"}
REQUEST_BOUND = {"request", "session", "g"}
# Layers that run in a process without Flask.
NO_FLASK = {"app.sheets"}


def layer_of(module: str) -> str | None:
    """Return the layer of a dotted name; None for what is not the project's, the name itself if it is in no layer."""
    top, *rest = module.split(".")
    if top != "app":
        return top if top in ALLOWED else None
    return f"app.{rest[0]}" if rest else "app"


def imports_of(tree: ast.AST, function: str = "") -> Iterator[tuple[int, str, str]]:
    """Yield line, dotted name and enclosing function of all imports, those inside functions too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, function) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports name the whole path"
            yield from ((node.lineno, f"{node.module}.{alias.name}", function) for alias in node.names)
        elif isinstance(node, ast.FunctionDef):
            yield from imports_of(node, node.name)
        else:
            yield from imports_of(node, function)


def violations(module: str, source: str) -> list[str]:
    """Return what `source`, being the module of that dotted name, imports and may not."""
    layer = layer_of(module)
    if layer not in ALLOWED:
        return [f"{module}: {layer} is in no layer; put it into ALLOWED"]
    found = imports_of(ast.parse(source))
    return [f"{module}:{line} imports {name}" for line, name, inside in found if not allowed(layer, name, inside)]


def allowed(layer: str, name: str, function: str) -> bool:
    """Tell whether a module of `layer` may import `name` inside `function`."""
    if name.split(".")[0] in ("flask", "click"):
        return framework_allowed(layer, name)
    target = layer_of(name)
    if target is not None and name.startswith("app.") and target not in ALLOWED:
        target = "app"  # from app import create_app
    return target in (None, layer) or target in ALLOWED[layer] or (layer, function, target) == UPWARD


def framework_allowed(layer: str, name: str) -> bool:
    """Tell whether a module of `layer` may import this name of Flask's or Click's."""
    framework, _, what = name.partition(".")
    if framework == "click" and layer in NAMES_PARAMETERS:
        return what.split(".")[0] in PARAMETER_NAMES
    if layer in NO_FLASK or (layer in NO_TERMINAL and framework == "click"):
        return False
    # `import flask` as a whole would let flask.request through.
    return layer not in NO_TERMINAL or (bool(what) and what.split(".")[-1] not in REQUEST_BOUND)


def sources() -> list[tuple[str, Path]]:
    """Return every module of the project: its dotted name and its file."""
    files = [
        ROOT / "manage.py",
        *(f for top in ("app", "commands", "offline_script") for f in (ROOT / top).rglob("*.py")),
    ]
    return [(".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), f) for f in sorted(files)]


def test_every_import_follows_the_arrows() -> None:
    found = [line for module, file in sources() for line in violations(module, file.read_text())]
    assert not found, "\n".join(found)


def test_the_arrows_run_one_way() -> None:
    above = list(ALLOWED)
    for layer, below in ALLOWED.items():
        above.remove(layer)
        assert not below & set(above), f"{layer} imports a layer above it"


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("app.models.order", "from app.services import runs"),
        ("app.models.order", "from app import create_app"),
        ("app.services.runs", "import commands.output"),
        ("app.services.runs", "def f():\n    from commands import output"),
        ("app.services.runs", "if True:\n    import click"),
        ("app.services.runs", "from flask import request"),
        ("app.runner.script", "from click import echo"),
        ("app.runner.script", "import click"),
        ("app.runner.script", "from app.services import runs"),
        ("app.services.runs", "from flask import current_app, session"),
        ("app.services.runs", "import flask"),
        ("app.services.runs", "from offline_script.recycle import export_order"),
        ("commands.runs", "import offline_script"),
        ("commands.runs", "from app.extensions import db"),
        ("app.sheets.load", "from flask import current_app"),
        ("app.sheets.load", "from app.extensions import db"),
        ("app.sheets.load", "async def f():\n    class A:\n        from app.models import Run"),
        ("app.config", "from app import engine"),
        ("app", "import commands"),
        ("app", "def other():\n    import commands"),
        ("app.brand_new", "import os"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str) -> None:
    assert len(violations(module, source)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("app", "def create_app():\n    import commands\n    from app import engine"),
        ("app.services.runs", "import os\nfrom flask import current_app\nfrom app.models import Run"),
        ("app.services.imports", "from app.sheets.load import load\nfrom app.services import runs"),
        ("app.runner.script", "from click import Command, types\nfrom click.types import Choice"),
        ("commands.runs", "import click\nfrom flask import current_app\nfrom app.services import runs"),
    ],
)
def test_a_permitted_import_is_not(module: str, source: str) -> None:
    assert violations(module, source) == []
