"""Who asks in a request: set while it lasts, in the ledger and the log afterwards, never anybody else's."""

from __future__ import annotations

import threading

import pytest
from flask import Flask

from app import asker
from app.asker import Asker
from app.http.roles import public
from app.services import runs
from tests.app.web.conftest import Log, SignedIn, Visitor, create


@pytest.fixture
def seen(app: Flask) -> list[Asker]:
    """Give who asked at /seen and at /fails, which fails."""
    found: list[Asker] = []

    @public
    def show() -> str:
        found.append(asker.current())
        return "seen"

    @public
    def fail() -> str:
        found.append(asker.current())
        raise RuntimeError

    app.add_url_rule("/seen", "seen", show)
    app.add_url_rule("/fails", "fails", fail)
    return found


@pytest.mark.parametrize("path", ["/seen", "/fails"])
def test_the_user_asks_while_the_request_lasts_and_nobody_afterwards(
    signed_in: SignedIn, visitor: Visitor, seen: list[Asker], path: str
) -> None:
    answer = signed_in("operator").get(path)
    who = seen[-1]
    assert who.user is not None
    assert (who.operator, who.user.role) == ("operator", "operator")
    assert who.request_id == answer.headers["X-Request-ID"]
    assert asker.current() == Asker(asker.os_operator())
    visitor.get(path)
    assert (seen[-1].operator, seen[-1].user) == ("anonymous", None)
    assert asker.current() == Asker(asker.os_operator())


def test_what_a_request_did_has_its_operator_in_the_ledger_and_its_id_in_the_log(signed_in: SignedIn, log: Log) -> None:
    admin = signed_in("admin")
    create("li")
    answer = admin.post("/users/li/disable")
    run = runs.newest(1)[0]
    assert (run.operator, run.name) == ("admin", "disable li")
    told = [line for line in log() if line.get("request_id") == answer.headers["X-Request-ID"]]
    assert {"run started", "run finished", "request"} <= {line["message"] for line in told}
    assert {line["operator"] for line in told} == {"admin"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_requests_at_the_same_time_are_kept_apart(app: Flask, signed_in: SignedIn) -> None:
    """Two requests meet inside their views: each still has its own user."""
    both, found = threading.Barrier(2, timeout=60), {}

    @public
    def meet() -> str:
        both.wait()
        who = asker.current()
        found[who.request_id] = who.operator
        both.wait()
        return who.request_id

    app.add_url_rule("/meet", "meet", meet)
    visitors = [signed_in("viewer"), signed_in("admin")]
    threads = [threading.Thread(target=visitor.client.get, args=("/meet",)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found.values()) == ["admin", "viewer"]
