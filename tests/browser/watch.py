"""What goes wrong in a page without anybody seeing it: errors in its console, what its policy blocks, lost files."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# The browser writes this about every answer of 400 and up; those are judged by what was asked for instead.
ANSWERED_BADLY = "Failed to load resource: the server responded with a status of"
# A page or a part of one may be refused: a wrong password, a form with mistakes. A style sheet may not be missing.
MAY_BE_REFUSED = ("document", "xhr", "fetch")
OWN_SCHEMES = ("data:", "blob:", "about:")


class Watch:
    """Notes the problems of all pages in a context."""

    def __init__(self, context: BrowserContext, console_url: str) -> None:
        """Watch a context that should speak with this console and nothing else."""
        self.problems: list[str] = []
        self._url = console_url
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("response", self._on_response)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ANSWERED_BADLY):
            self.problems.append(f"console: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self.problems.append(f"error in a script: {error.error}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._url}/", *OWN_SCHEMES)):
            self.problems.append(f"asked somebody else: {request.url}")

    def _on_response(self, response: Response) -> None:
        refused = response.status >= 400 and response.request.resource_type not in MAY_BE_REFUSED
        if refused or response.status >= 500:
            self.problems.append(f"answered {response.status}: {response.request.method} {response.url}")
