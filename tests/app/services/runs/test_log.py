"""The log of a run: what is printed and logged while it goes on."""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from app.services.runs import log
from app.services.runs.folders import RunFolder
from app.services.runs.log import captured

MIB = 1024 * 1024
TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """Give the folder of a run."""
    return RunFolder(7, "0123456789ab", tmp_path / "7-0123456789ab")


@pytest.fixture
def script_log() -> Iterator[logging.Logger]:
    """Give a script's logger, and leave none of it behind."""
    logger = logging.getLogger("offline_script.test")
    yield logger
    logger.handlers, logger.propagate = [], True
    logger.setLevel(logging.NOTSET)


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have every file that a log is written to be on a full disk."""
    opened = Path.open
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda _path, *args, **settings: opened(Path("/dev/full"), *args, **settings))
        yield


def test_prints_and_logs_are_kept_and_shown(
    folder: RunFolder, script_log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    with captured(folder, 1, script_log):
        print("printed 订单 🔩")  # noqa: T201 - as a script would
        click.echo("echoed", err=True)
        script_log.info("%d 行", 48210)
        logging.getLogger("app.services").warning("from the application")
        logging.getLogger("somebody.else").error("from a library")
        sys.stdout.write("no line end")
    print("after")  # noqa: T201 - as above
    script_log.warning("after")
    shown = capsys.readouterr()
    assert shown.out == "printed 订单 🔩\nno line endafter\n"
    assert "echoed\n48210 行\n" in shown.err
    text = folder.log.read_text(encoding="utf-8")
    lines = [re.sub(f"^{TIME} ", "", line) for line in text.split("\n")]
    assert lines == [
        "printed 订单 🔩",
        "echoed",
        "INFO 48210 行",
        "WARNING from the application",
        "ERROR from a library",
        "no line end",
    ]
    assert len(re.findall(TIME, text)) == 3


def test_attempts_stand_one_after_the_other(folder: RunFolder, script_log: logging.Logger) -> None:
    for attempt in (1, 2):
        with captured(folder, 1, script_log):
            script_log.info("attempt %d", attempt)
    assert [line[-9:] for line in folder.log.read_text().splitlines()] == ["attempt 1", "attempt 2"]


def test_what_was_there_is_put_back_after_an_error(folder: RunFolder, script_log: logging.Logger) -> None:
    before = sys.stdout, sys.stderr, list(logging.getLogger().handlers), list(logging.getLogger("app").handlers)
    with pytest.raises(KeyboardInterrupt), captured(folder, 1, script_log):
        raise KeyboardInterrupt
    after = sys.stdout, sys.stderr, list(logging.getLogger().handlers), list(logging.getLogger("app").handlers)
    assert after == before
    assert script_log.handlers == []


@pytest.mark.parametrize("size", [1, 1000, 4096, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_a_log_has_a_limit_and_says_that_it_was_cut(size: int, folder: RunFolder, script_log: logging.Logger) -> None:
    with captured(folder, 1, script_log):
        for _ in range(3 * MIB // size if size > 100 else 100):
            sys.stdout.write("x" * size)
        sys.stdout.write("last")
    with captured(folder, 1, script_log):
        sys.stdout.write("the next attempt")
    kept = folder.log.read_bytes()
    text, cut, rest = kept.partition("\n… cut here: this log has 1 MiB (RUN_LOG_MB)\n".encode())
    assert len(text) <= MIB
    assert bool(cut) == (size > 100)
    assert rest == b""
    assert (len(text) == MIB) == (size > 100)


def test_a_limit_of_bytes_holds_for_chinese(folder: RunFolder, script_log: logging.Logger) -> None:
    with captured(folder, 1, script_log):
        sys.stdout.write("订单" * MIB)
    assert folder.log.stat().st_size < MIB + 100


def test_a_full_disk_does_not_break_a_run_off(
    folder: RunFolder,
    script_log: logging.Logger,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with full_disk(monkeypatch), captured(folder, 1, script_log):
        for number in range(3):
            print("printed", number)  # noqa: T201 - as a script would
            script_log.info("logged")
    assert capsys.readouterr().out == "printed 0\nprinted 1\nprinted 2\n"


def test_a_folder_that_cannot_be_made_does_not_break_a_run_off(
    tmp_path: Path, script_log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    with captured(RunFolder(7, "0123456789ab", tmp_path / "file" / "7-0123456789ab"), 1, script_log):
        print("printed")  # noqa: T201 - as a script would
    captured_out = capsys.readouterr()
    assert captured_out.out == "printed\n"


def test_threads_do_not_mix_their_lines(folder: RunFolder, script_log: logging.Logger) -> None:
    def talk(number: int) -> None:
        for _ in range(200):
            script_log.info("%s", str(number) * 50)

    with captured(folder, 1, script_log):
        threads = [threading.Thread(target=talk, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = folder.log.read_text().splitlines()
    assert len(lines) == 800
    assert all(re.fullmatch(rf"{TIME} INFO (\d)\1{{49}}", line) for line in lines)


def test_who_kept_a_stream_can_still_write_to_it(folder: RunFolder, script_log: logging.Logger) -> None:
    """A library makes its handler for the stderr of the moment; it outlives the run."""
    with captured(folder, 1, script_log):
        kept = sys.stdout
        print("in it", file=kept)
    print("too late", file=kept)
    kept.flush()
    assert folder.log.read_text() == "in it\n"


def test_odd_text_is_kept_as_it_can_be(
    folder: RunFolder, script_log: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # the test runner's own could not pass it on
    with captured(folder, 1, script_log):
        logging.getLogger("somebody.else").error("b\udcffd.xlsx")
    assert folder.log.read_text(encoding="utf-8").endswith("ERROR b\\udcffd.xlsx\n")


def test_the_stream_is_what_it_stands_for(folder: RunFolder, script_log: logging.Logger) -> None:
    before = sys.stdout
    with captured(folder, 1, script_log):
        assert sys.stdout.isatty() == before.isatty()
        assert sys.stdout.encoding == before.encoding
        assert sys.stdout.writable()
        sys.stdout.writelines(["a\n", "b\n"])
    assert folder.log.read_text() == "a\nb\n"
    assert log.LOGGERS == ("app", "")
