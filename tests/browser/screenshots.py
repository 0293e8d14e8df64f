"""Take a picture of every page: `python -m tests.browser.screenshots`, which `make screenshots` runs.

Wide and narrow, light and dark, into docs/screenshots/, which git ignores; what the README shows into docs/images/.
"""

from __future__ import annotations

import itertools
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from app import create_app
from tests.browser import demo, pages, people
from tests.browser.chromium import chromium
from tests.browser.conftest import CONTEXT
from tests.browser.console import Console, Installation, serve
from tests.browser.demo import Demo
from tests.browser.pages import PAGES
from tests.project_copy import ROOT

PICTURES = ROOT / "docs" / "screenshots"
CHOSEN = ROOT / "docs" / "images"
SIZES = {1280: 700, 390: 844}  # the heights of the windows, by their widths
SCHEMES = ("light", "dark")
# What the README shows: only what is seen in the window.
FOR_README = ("home-1280-light", "import-mapping-1280-light", "runs-1280-dark", "table-390-light")


def main() -> int:
    """Take all pictures; return 1 if a view has no entry in the table of pages."""
    if missing := pages.without_entry(create_app("testing")):
        sys.stderr.write(f"No entry in tests/browser/pages.py: {', '.join(sorted(missing))}.\n")
        return 1
    shutil.rmtree(PICTURES, ignore_errors=True)
    CHOSEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Path(folder) / "instance")
        demo.fill(installation)
        shown = demo.demo_of(installation)
        with serve(installation) as console, chromium() as browser:
            for width, scheme in itertools.product(SIZES, SCHEMES):
                take_all(browser, console, shown, width, scheme)
    sys.stderr.write(f"{len(list(PICTURES.iterdir()))} pictures are in {PICTURES.relative_to(ROOT)}/.\n")
    return 0


def take_all(browser: Browser, console: Console, shown: Demo, width: int, scheme: str) -> None:
    """Take the pictures of one size and colour scheme: each of the people signs in once."""
    options = {**CONTEXT, "base_url": console.url, "color_scheme": scheme}
    by_person = itertools.groupby(sorted(PAGES.items(), key=lambda item: item[1].who or ""), lambda item: item[1].who)
    for who, theirs in by_person:
        with browser.new_context(viewport={"width": width, "height": SIZES[width]}, **options) as context:
            tab = context.new_page()
            if who:
                people.sign_in_or_fail(tab, who)
            for name, page in theirs:
                page.open(tab, shown)
                take(tab, f"{name}-{width}-{scheme}")


def take(tab: Tab, name: str) -> None:
    """Take a picture of the whole page; for the README, of the window."""
    tab.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    if name in FOR_README:
        tab.screenshot(path=CHOSEN / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
