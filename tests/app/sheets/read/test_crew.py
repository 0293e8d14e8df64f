"""Processes that work on pieces: the results come in order, and whatever becomes of a process, its pieces come back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.sheets.read.crew import AHEAD, FAIR_TRIAL, MEMBERS, Crew
from tests.conftest import ROOT

PIECES = [b"%d" % number * (number % 7 * 10_000 + 1) for number in range(60)]
SOON = 10  # seconds


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_results_come_in_the_order_of_the_pieces() -> None:
    before = descriptors()
    with closing(Crew(lambda piece: piece[::-1] * 3)) as crew:
        assert list(crew.results(PIECES)) == [(piece, piece[::-1] * 3) for piece in PIECES]
        assert crew.unused() == b""
    assert descriptors() == before


def test_the_members_share_the_work() -> None:
    with closing(Crew(lambda _piece: str(os.getpid()).encode())) as crew:
        workers = {result for _, result in crew.results(PIECES)}
    assert len(workers) == MEMBERS
    assert str(os.getpid()).encode() not in workers


def test_a_piece_that_fails_comes_back_without_a_result() -> None:
    def work(piece: bytes) -> bytes | None:
        if piece.startswith(b"7"):
            raise ValueError(piece)
        return None if piece.startswith(b"3") else piece

    with closing(Crew(work)) as crew:
        for piece, result in crew.results(PIECES[:30]):
            assert result == (None if piece[:1] in (b"7", b"3") else piece)


def test_a_crew_that_leaves_most_is_given_no_more() -> None:
    with closing(Crew(lambda piece: piece if int(piece) >= FAIR_TRIAL * 3 else None)) as crew:
        results = [result for _, result in crew.results(b"%d" % number for number in range(FAIR_TRIAL * 4))]
    assert results == [None] * len(results)


def test_the_pieces_of_a_member_that_was_killed_come_back() -> None:
    def work(piece: bytes) -> bytes:
        if piece == PIECES[10]:
            os.kill(os.getpid(), signal.SIGKILL)
        return piece

    with closing(Crew(work)) as crew:
        results = list(crew.results(PIECES))
    assert [piece for piece, _ in results] == PIECES
    assert dict(results)[PIECES[10]] is None
    assert all(result in (piece, None) for piece, result in results)
    assert any(result for _, result in results[20:])


def test_what_was_not_taken_is_told() -> None:
    with closing(Crew(lambda piece: piece)) as crew:
        results = crew.results(PIECES)
        assert next(results)[0] == PIECES[0]
        assert crew.unused() == b"".join(PIECES[1 : AHEAD * MEMBERS])


@pytest.mark.parametrize("busy", [False, True])
def test_no_member_outlives_the_crew(busy: bool) -> None:
    def work(piece: bytes) -> bytes:
        while busy:
            time.sleep(1)
        return piece

    def pieces() -> Iterator[bytes]:
        yield PIECES[0]
        yield PIECES[6] * 100

    with closing(Crew(work)) as crew:
        pids = [member._pid for member in crew._members]
        results = crew.results(pieces())
        if not busy:
            next(results)
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_no_member_outlives_a_process_that_was_killed() -> None:
    script = (
        "import os, signal\nfrom app.sheets.read.crew import Crew\n"
        "crew = Crew(lambda piece: piece)\n"
        "print(*(member._pid for member in crew._members), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    pids = done.stdout.split()
    assert len(pids) == MEMBERS
    deadline = time.monotonic() + SOON
    while any(_is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _is_alive(pid: str) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(("what", "error"), [("os.fork", OSError), ("threading.Thread.start", RuntimeError)])
def test_where_there_is_no_room_for_a_crew_all_pieces_are_left(
    what: str, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise error("no room")

    before = descriptors()
    with monkeypatch.context() as patch:
        patch.setattr(what, fail)
        crew = Crew(lambda piece: piece)
    with closing(crew):
        assert list(crew.results(PIECES)) == [(piece, None) for piece in PIECES]
    assert descriptors() == before
