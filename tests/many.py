"""A table and a sheet of many rows, and processes that work on them long enough to be killed or stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from app.extensions import db
from app.services import runs
from tests.conftest import ROOT
from tests.held import held_when
from tests.workbooks import worksheet, write_xlsx

Start = Callable[..., subprocess.Popen[str]]


def write_many(path: Path, rows: int) -> Path:
    """Write a workbook with this many rows for the table `many`, and return its path."""
    header = "".join(_text(column, 1, name) for column, name in zip("ABC", ("id", "name", "amount"), strict=True))
    body = "".join(
        f'<row r="{at}"><c r="A{at}"><v>{number}</v></c>{_text("B", at, f"name {number} 名称")}'
        f'<c r="C{at}"><v>{number / 4}</v></c></row>'
        for number, at in enumerate(range(2, rows + 2))
    )
    return write_xlsx(path, {"many": worksheet(f'<row r="1">{header}</row>{body}')})


def _text(column: str, row: int, text: str) -> str:
    return f'<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>'


def make_many() -> None:
    """Make the table `many`, with a row in it."""
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE many (id INT PRIMARY KEY, name VARCHAR(40), amount DECIMAL(10,2))"))
        connection.execute(text("INSERT INTO many VALUES (-1, 'before', 0)"))


@contextmanager
def starting() -> Iterator[Start]:
    """Give what starts `flask ARGS` in a process group of its own; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*args: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(ROOT / "manage.py"), *args]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def count() -> int:
    """Return the rows of `many`, waiting until the server has rolled back what it must."""
    with db.engine.connect() as connection:
        return int(connection.scalar(text("SELECT COUNT(*) FROM many")) or 0)


def held_at_run(process: subprocess.Popen[str], after: int) -> int:
    """Stop a process right after a run newer than `after` is on record, and return its id; see `held_when`."""
    return held_when(process, lambda: next((run.id for run in runs.newest(1) if run.id > after), None))
