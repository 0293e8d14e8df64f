"""Run scripts in tests: through the same service as the command line and the web."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import current_app

from app.config import scripts_path
from app.runner import parameters
from app.runner.files import discovery, loading
from app.services.runs import OpenRun
from app.services.scripts.request import ScriptOutcome, ScriptRequest
from app.services.scripts.running import start

ROOT = Path(__file__).resolve().parent.parent


class Quiet:
    """An observer that shows nothing."""

    def note(self, sentence: str) -> None:
        """Say nothing."""

    @contextmanager
    def watching(self, run: OpenRun, name: str, owner: str, dry_run: bool) -> Iterator[None]:  # noqa: ARG002
        """Show nothing."""
        yield


def script_of(test_file: str) -> Path:
    """Return the script that a test file is of: tests/offline_script/x/test_NAME.py is of offline_script/x/NAME.py."""
    path = Path(test_file).resolve()
    return path.parents[3] / "offline_script" / path.parent.name / path.name.removeprefix("test_")


def run_script(name: Path | str, *args: Any, **options: Any) -> ScriptOutcome:
    """Run a script with these arguments as they are typed; `options` are those of `ScriptRequest`, dry_run say.

    A path need not be under the scripts' folder.
    """
    if isinstance(name, Path):
        current_app.config["SCRIPTS_PATH"] = str(name.parent.parent)
    loaded = loading.load(discovery.find(scripts_path(current_app.config), str(name)))
    values = parameters.from_argv(loaded.script, [str(arg) for arg in args])
    return start(ScriptRequest(str(name), values, loaded=loaded, **{"force": True, **options}), Quiet())
