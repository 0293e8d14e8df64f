"""Many people at once: requests that are all on their way before the first is answered."""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.web_app import POOL

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ANSWER_WITHIN_S = 600


@dataclass(frozen=True)
class Answer:
    """What came back: the status (0: the connection broke), the seconds it took, whether it says when to retry."""

    status: int
    seconds: float
    says_when: bool


def sign_in(url: str, name: str, password: str) -> str:
    """Sign somebody in by the form; return the header `Cookie` of their session."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{url}/sign-in", timeout=ANSWER_WITHIN_S) as page:
        token = TOKEN.search(page.read().decode())
    assert token, "the sign-in page has no token"  # noqa: S101 - a benchmark
    form = urllib.parse.urlencode({"name": name, "password": password, "csrf_token": token[1]}).encode()
    browser.open(f"{url}/sign-in", form, timeout=ANSWER_WITHIN_S).close()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def ask_all(url: str, paths: Sequence[str], cookies: Sequence[str]) -> list[Answer]:
    """Ask for all paths at the same time, each with one of the cookies; return the answers in their order."""

    async def together() -> list[Answer]:
        asked = (_ask(url, path, cookies[number % len(cookies)]) for number, path in enumerate(paths))
        return await asyncio.gather(*asked)

    return asyncio.run(together())


def in_use(url: str, processes: int) -> dict[int, int]:
    """Return how many connections each of the server's processes has in use, by its pid."""
    found: dict[int, int] = {}
    deadline = time.monotonic() + ANSWER_WITHIN_S
    while len(found) < processes and time.monotonic() < deadline:
        for told in _ask_some(f"{url}{POOL}", 8):
            found[told["process"]] = told["in_use"]
    return found


def _ask_some(url: str, times: int) -> Iterable[dict[str, int]]:
    for _ in range(times):
        with urllib.request.urlopen(url, timeout=ANSWER_WITHIN_S) as answer:  # noqa: S310 - our own server
            yield json.load(answer)


async def _ask(url: str, path: str, cookie: str) -> Answer:
    started = time.perf_counter()
    try:
        head = await asyncio.wait_for(_head_of_answer(url, path, cookie), ANSWER_WITHIN_S)
    except (OSError, TimeoutError):
        head = ""
    status = int(head.split(" ", 2)[1]) if head else 0
    return Answer(status, time.perf_counter() - started, "\r\nretry-after:" in head.lower())


async def _head_of_answer(url: str, path: str, cookie: str) -> str:
    """Ask, read the whole answer, and return its status line and headers."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        lines = (f"GET {path} HTTP/1.1", f"Host: {host}:{port}", f"Cookie: {cookie}", "Connection: close", "", "")
        writer.write("\r\n".join(lines).encode())
        return (await reader.read(-1)).decode().partition("\r\n\r\n")[0]
    finally:
        writer.close()
