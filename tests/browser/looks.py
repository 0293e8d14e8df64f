"""What every page must be: readable for everybody, and no wider than the window."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

BAD = ("serious", "critical")

TOO_WIDE = """() => {
    if (document.scrollingElement.scrollWidth <= innerWidth) return [];
    const sticksOut = element => element.getBoundingClientRect().right > innerWidth + 0.5;
    const outer = [...document.body.querySelectorAll("*")].filter(sticksOut).slice(0, 10);
    return [`${location.pathname} is ${document.scrollingElement.scrollWidth} px wide`,
            ...outer.map(element => element.outerHTML.slice(0, 120))];
}"""

_axe = Axe()


def violations(page: Page) -> list[str]:
    """Return what axe-core finds that is serious or critical: rule, node, and what to do, a line each."""
    found = _axe.run(page).response["violations"]
    return [
        f"{page.url} {violation['id']} ({violation['impact']}) {' '.join(map(str, node['target']))}: "
        f"{node['failureSummary']}\n    {node['html']}"
        for violation in found
        if violation["impact"] in BAD
        for node in violation["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """Return what sticks out of the window to the right, where the page scrolls sideways."""
    return list(page.evaluate(TOO_WIDE))
