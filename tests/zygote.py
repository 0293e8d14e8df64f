"""Real processes without the time that importing takes: a process that has imported everything, and forks.

`python -m tests.zygote` reads requests, a JSON object a line, and answers each with a line: `{"args": [...],
"env": {...}, "output": FILE}` starts `flask ARGS` in a child and answers its pid; `{"wait": PID}` answers its exit
code, or minus the signal that ended it. With `DIE_BEFORE=commit:2` in its environment a child kills itself right before
its second COMMIT; with `begin:1` before its first transaction; with `DIE_AFTER=commit:2` right after its second COMMIT.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class Zygote:
    """The test's end of it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Talk to this process."""
        self._process = process

    def start(self, *args: str, output: Path, **env: str) -> int:
        """Start `flask ARGS` with the environment of this moment and `env`; return its pid."""
        whole = {**os.environ, **env}
        return self._ask({"args": list(map(str, args)), "env": whole, "output": str(output)})

    def wait(self, pid: int) -> int:
        """Return the exit code of a child once it has ended, or minus the signal that ended it."""
        return self._ask({"wait": pid})

    def run(self, *args: str, output: Path, **env: str) -> int:
        """Start `flask ARGS`, wait for it and return its exit code."""
        return self.wait(self.start(*args, output=output, **env))

    def _ask(self, request: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def zygote() -> Iterator[Zygote]:
    """Give a zygote; its children that still run at the end die with it."""
    command = [sys.executable, "-m", "tests.zygote"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield Zygote(process)
        finally:
            os.killpg(process.pid, 9)


def main() -> None:
    """Answer requests until stdin ends."""
    import app.models
    import app.services.imports.undoing
    import app.services.runs
    import app.services.scripts.resuming  # noqa: F401 - imported here once, instead of by every child
    from app import create_app
    from commands.group import OpsdeskGroup

    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                become(OpsdeskGroup(create_app), **request)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def become(group: Any, args: list[str], env: dict[str, str], output: str) -> None:
    """Be the command: its environment, its output; end with its exit code."""
    os.environ.clear()
    os.environ.update(env)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((nothing, 0), (file, 1), (file, 2)):
        os.dup2(descriptor, target)
    sys.argv = ["flask", *args]
    os.environ.setdefault("FLASK_APP", str(ROOT / "app"))
    if "DIE_BEFORE" in env:
        die_before(*env["DIE_BEFORE"].split(":"))
    if "DIE_AFTER" in env:
        die_after_commit(int(env["DIE_AFTER"].removeprefix("commit:")))
    try:
        group.main(args)
    except SystemExit as leaving:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(leaving.code if isinstance(leaving.code, int) else 1)
    os._exit(70)


def die_before(event: str, number: str) -> None:
    """Have this process kill itself when SQLAlchemy is about to begin or commit for the n-th time."""
    import sqlalchemy as sa

    happened = itertools.count(1)

    def die(*_: Any) -> None:
        if next(happened) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, event, die)


def die_after_commit(number: int) -> None:
    """Have this process kill itself when the database has carried out its n-th COMMIT, before anybody knows of it."""
    from sqlalchemy.engine.default import DefaultDialect

    happened, commit = itertools.count(1), DefaultDialect.do_commit

    def commit_and_die(dialect: Any, connection: Any) -> None:
        commit(dialect, connection)
        if next(happened) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    DefaultDialect.do_commit = commit_and_die  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
