"""What a script imports: services and models, never another script, nor what stands above the services."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.runner.files.lint.finding import Finding
from app.runner.files.lint.subject import Subject

ABOVE = "Scripts stand beside it, not on it: call a function of app.services."
# What no script may import, and why.
FORBIDDEN = {
    "app.api": ABOVE,
    "app.web": ABOVE,
    "commands": ABOVE,
    "manage": ABOVE,
    "tests": "Tests import scripts, not the other way round.",
    "app.create_app": "The runner has made the application when a script runs.",
    "app.extensions": "The run has a session of its own, which a dry run rolls back: use run.session.",
}
SHARED = "Put what both need into app.services, or make one script of the two."


def check(subject: Subject, scripts: frozenset[str]) -> Iterator[Finding]:
    """Yield every import that a script may not have. `scripts` are the names of all of them."""
    for line, name in imports_of(subject.tree):
        reason = _reason(name, scripts)
        if reason:
            yield subject.error(line, reason)


def imports_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the dotted name of every import, those inside functions too; relative ones begin with dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{start}.{alias.name}".replace("..", ".")) for alias in node.names)


def _reason(name: str, scripts: frozenset[str]) -> str:
    if name.startswith((".", "offline_script.")) or name == "offline_script" or name.split(".")[0] in scripts:
        what = next((part for part in name.split(".") if part in scripts), "")
        kind = "a temporary script" if what.startswith("ts_") else "another script" if what else "from the scripts"
        return f"It imports {kind}{what and f' ({what})'}. {SHARED}"
    above = next((above for above in FORBIDDEN if name == above or name.startswith(f"{above}.")), "")
    return f"It imports {name}. {FORBIDDEN[above]}" if above else ""
