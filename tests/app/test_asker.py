"""Who asks: the OS user, or whoever a request or run names."""

from __future__ import annotations

import threading

import pytest

from app import asker
from app.asker import Asker


def test_a_command_is_asked_by_the_os_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "zhao")
    assert asker.current().operator.startswith("zhao@")
    assert asker.current().request_id == ""


def test_asking_ends_with_its_block() -> None:
    with asker.asking(Asker("li", "r1")):
        assert asker.current() == Asker("li", "r1")
        with asker.asking(Asker("wang")):
            assert asker.current().operator == "wang"
        assert asker.current().operator == "li"
    assert asker.current().operator == asker.os_operator()


def test_another_thread_has_an_asker_of_its_own() -> None:
    seen: list[str] = []
    with asker.asking(Asker("li")):
        thread = threading.Thread(target=lambda: seen.append(asker.current().operator))
        thread.start()
        thread.join()
    assert seen == [asker.os_operator()]
