"""The browser: Debian's chromium, so that nothing is downloaded beside the packages."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = Path(os.environ.get("TEST_CHROMIUM", "/usr/bin/chromium"))
INSTALL_CHROMIUM = "install it (Debian: apt-get install chromium fonts-noto-cjk), or set TEST_CHROMIUM"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Give a browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_arguments())
        try:
            yield browser
        finally:
            browser.close()


def _arguments() -> list[str]:
    """Return chromium's options: its sandbox refuses root, and /dev/shm is small in most containers."""
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
