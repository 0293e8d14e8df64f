"""A script's file is read once; what is hashed is what runs."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
import threading
from dataclasses import dataclass
from types import ModuleType

from app.errors import Failed
from app.runner.files.discovery import ScriptFile
from app.runner.runner_options import RUNNER_OPTIONS
from app.runner.script import Script

# Who loads the same bytes of a file at the same moment takes turns: both would be in sys.modules by one name, and find
# the other's half of a module there. By the bytes as well, so that a file that never ends can be mended.
_turns: dict[tuple[str, str], threading.RLock] = {}


@dataclass(frozen=True)
class Loaded:
    """A script that was loaded.

    Attributes:
        file: where it was found.
        script: its command.
        sha256: the hash, as hex, of the very bytes that were run for it.
    """

    file: ScriptFile
    script: Script
    sha256: str


def load(file: ScriptFile) -> Loaded:
    """Run a script's file, which makes its command; the command itself is not called.

    Raises:
        Failed: it cannot be read or run, has no decorated command, or several, or one that takes the runner's options.
    """
    try:
        content = file.path.read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        with _turns.setdefault((_module_name(file), sha256), threading.RLock()):
            module = _run(file, content)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise Failed(f"{_name(file)} cannot be loaded: {type(error).__name__}: {error}") from error
    return Loaded(file, _only_script(file, module), sha256)


def _run(file: ScriptFile, content: bytes) -> ModuleType:
    spec = importlib.util.spec_from_file_location(_module_name(file), file.path)
    assert spec is not None  # noqa: S101 - a .py file has a loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickle look a class's module up there
    exec(compile(content, file.path, "exec", dont_inherit=True), vars(module))  # noqa: S102 - a script is there to run
    return module


def _only_script(file: ScriptFile, module: ModuleType) -> Script:
    found = [value for value in vars(module).values() if isinstance(value, Script)]
    if len(found) != 1:
        how_many = "no command" if not found else f"{len(found)} commands"
        raise Failed(f"{_name(file)} has {how_many} decorated with @script(...); it needs one.")
    _check_options(file, found[0])
    return found[0]


def _check_options(file: ScriptFile, script: Script) -> None:
    """Refuse options that the runner would take for its own, wherever their decorator stands."""
    spellings = {text for parameter in script.params for text in (*parameter.opts, *parameter.secondary_opts)}
    taken = [option for option in RUNNER_OPTIONS if option in spellings]
    if taken:
        message = f"{_name(file)} has options that the runner has for every script: {', '.join(taken)}."
        raise Failed(message, "Call them differently.")


def _module_name(file: ScriptFile) -> str:
    return f"offline_script.{file.folder}.{file.name}"


def _name(file: ScriptFile) -> str:
    return f"{file.folder}/{file.path.name}"
