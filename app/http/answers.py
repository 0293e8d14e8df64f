"""What is said of each answer, in the log and in the answer itself: what was asked, by which id, how long it took."""

from __future__ import annotations

import time

from flask import Flask, Response, current_app, request

from app.http import visits


def init_app(app: Flask) -> None:
    """Say it of every answer."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    visit = visits.current()
    took_ms = (time.perf_counter() - visit.started) * 1000
    response.headers["X-Request-ID"] = visit.request_id
    response.headers.update(visit.headers)
    response.headers["Server-Timing"] = f"app;dur={took_ms:.1f}"
    if request.endpoint != "static":
        answered = {"method": request.method, "path": request.path, "status": response.status_code}
        current_app.logger.info("request", extra={**answered, "ms": round(took_ms, 1)})
    return response
