"""MariaDB goes away, comes back, and stands still, under a console of two processes that nobody restarts."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from app.engine import WEB_CONNECT_S
from benchmarks import crowd
from tests.app.services.queue.queues import until
from tests.browser.console import Console, Installation, serve
from tests.browser.people import PASSWORD
from tests.private_server import PrivateServer, private_server

pytestmark = pytest.mark.long

WORKERS = 2
AT_ONCE = 8
PAGES = ("/", "/tables/", "/runs/", "/sign-in", "/tables/orders", "/account/", "/scripts/", "/nowhere")
# A request may find a connection that stands still and then try a new one.
LONGEST_S = 2 * WEB_CONNECT_S + 10


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    """Give a server that may be killed."""
    with private_server(tmp_path_factory.mktemp("server")) as started:
        yield started


@dataclass(frozen=True)
class Browser:
    """Somebody who is signed in."""

    console: Console
    cookie: str

    def get(self, path: str) -> tuple[int, bool, float]:
        """Open a page; return the status, whether it says when to try again, and the seconds that it took."""
        began = time.monotonic()
        request = urllib.request.Request(f"{self.console.url}{path}", headers={"Cookie": self.cookie})  # noqa: S310
        try:
            answer = urllib.request.urlopen(request, timeout=120)  # noqa: S310 - our own server
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, "Retry-After" in answer.headers, time.monotonic() - began

    def get_all(self) -> list[tuple[int, bool, float]]:
        """Open all pages at once."""
        with ThreadPoolExecutor(AT_ONCE) as clients:
            return list(clients.map(self.get, PAGES))


@pytest.fixture(scope="module")
def browser(server: PrivateServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Sign somebody in, to a console that tells of its pool."""
    installation = Installation(tmp_path_factory.mktemp("console"), server.url)
    installation.flask("initdb", "--yes")
    installation.flask("create-user", "li", "--role", "admin", "--password-stdin", stdin=f"{PASSWORD}\n")
    with serve(installation, WORKERS, 8, "benchmarks.web_app:with_pool()") as console:
        yield Browser(console, crowd.sign_in(console.url, "li", PASSWORD))


def check_well(browser: Browser, processes: set[int]) -> None:
    """Check that all is as before: the same processes, every page, and no connection that was not given back."""
    until(lambda: browser.get("/")[0] == 200, "the console answers again")
    assert [status for status, _, _ in browser.get_all()] == [200] * (len(PAGES) - 1) + [404]
    assert crowd.in_use(browser.console.url, WORKERS) == dict.fromkeys(processes, 0)


def test_who_asks_while_it_is_away_is_told_to_try_again_and_then_all_is_well(
    server: PrivateServer, browser: Browser
) -> None:
    processes = set(crowd.in_use(browser.console.url, WORKERS))
    check_well(browser, processes)
    for _ in range(2):
        server.kill()
        answers = browser.get_all()
        assert [(status, says_when) for status, says_when, _ in answers] == [(503, True)] * len(PAGES)
        server.start()
        check_well(browser, processes)


def test_nobody_waits_for_one_that_stands_still(server: PrivateServer, browser: Browser) -> None:
    processes = set(crowd.in_use(browser.console.url, WORKERS))
    server.hold()
    try:
        answers = browser.get_all()
    finally:
        server.go_on()
    assert [(status, says_when) for status, says_when, _ in answers] == [(503, True)] * len(PAGES)
    assert max(seconds for _, _, seconds in answers) < LONGEST_S
    check_well(browser, processes)
