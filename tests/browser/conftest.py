"""Fixtures of the tests in a browser: a console of the module's own, and pages that are watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from tests.browser import looks, once, people
from tests.browser.chromium import CHROMIUM, INSTALL_CHROMIUM, chromium
from tests.browser.console import Console, Installation, serve
from tests.browser.once import Copied
from tests.browser.watch import Watch
from tests.databases import missing_server, mysql_database

NewPage = Callable[..., Page]
SignedIn = Callable[..., Page]

# Nothing moves, so that nothing is looked at half-way.
CONTEXT: dict[str, Any] = {"locale": "en-US", "reduced_motion": "reduce"}
ANSWER_WITHIN_MS = 30_000
expect.set_options(timeout=ANSWER_WITHIN_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the browser of all tests of this process."""
    if not CHROMIUM.exists():
        missing_server(f"There is no browser at {CHROMIUM}; {INSTALL_CHROMIUM}")
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Copied:
    """Give a folder that is made once for all tests, as a copy: `copied("people", make)`."""
    return once.copied(tmp_path_factory, worker_id)


@pytest.fixture(scope="module")
def installation(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, copied: Copied
) -> Iterator[Installation]:
    """Give an installation with people, on SQLite; on MariaDB where the test asks for `mysql` by its parameter."""
    settings = {"SCRIPTS_PATH": str(tmp_path_factory.mktemp("scripts"))}
    if getattr(request, "param", "sqlite") == "sqlite":
        yield Installation(copied("people", lambda folder: people.settle(Installation(folder))), settings=settings)
        return
    with mysql_database() as url:
        installation = Installation(tmp_path_factory.mktemp("mysql"), url, settings)
        people.settle(installation)
        yield installation


@pytest.fixture(scope="module")
def server(browser: Browser, installation: Installation) -> Iterator[Console]:
    """Give the module's console; without a browser there is no use for one."""
    with serve(installation) as console:
        yield console


@pytest.fixture
def new_page(browser: Browser, server: Console) -> Iterator[NewPage]:
    """Open pages as people who share nothing: `new_page(locale="zh-CN", color_scheme="dark")`.

    The test fails at its end where a page had errors, asked anybody else, or the server answered 500 and up.
    """
    contexts, watches = [], []
    log_before = len(server.log)

    def open_page(**options: Any) -> Page:
        context = browser.new_context(base_url=server.url, **{**CONTEXT, **options})
        context.set_default_timeout(ANSWER_WITHIN_MS)
        contexts.append(context)
        watches.append(Watch(context, server.url))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    problems = [problem for watch in watches for problem in watch.problems]
    if problems:
        pytest.fail("\n".join([*problems, "The server says:", server.log[log_before:]]), pytrace=False)


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """Give a page of somebody who is not signed in."""
    return new_page()


@pytest.fixture(scope="module")
def _signed_in_before(server: Console) -> dict[str, StorageState]:
    """Keep the cookies of who has signed in to this console: the form takes its time, and only so many in a minute."""
    return {}


@pytest.fixture
def signed_in(new_page: NewPage, _signed_in_before: dict[str, StorageState]) -> SignedIn:
    """Open a page as one of the people: `signed_in("admin", color_scheme="dark")`."""

    def open_page(name: str, **options: Any) -> Page:
        page = new_page(storage_state=_signed_in_before.get(name), **options)
        page.goto("/")
        if page.url.endswith("/"):
            return page
        people.sign_in_or_fail(page, name)
        _signed_in_before[name] = page.context.storage_state()
        return page

    return open_page


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Assert that axe-core finds nothing serious or critical in a page."""

    def check(page: Page) -> None:
        found = looks.violations(page)
        assert not found, "\n".join(found)

    return check
