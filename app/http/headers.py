"""What tells browsers to be careful: security headers on every answer."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from app.http import visits

# Everything comes from here, nothing that stands in the page itself is run, and no other site may frame it
# (W3C, "Content Security Policy Level 3").
POLICY = {
    "default-src": "'none'",
    "script-src": "'nonce-{nonce}'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Two years (RFC 6797).
STRICT_TRANSPORT = "max-age=63072000; includeSubDomains"


def init_app(app: Flask) -> None:
    """Send them with every answer."""
    app.after_request(_add)
    app.add_template_global(lambda: visits.current().nonce, "nonce")


def _add(response: Response) -> Response:
    policy = "; ".join(f"{name} {value}" for name, value in POLICY.items())
    response.headers["Content-Security-Policy"] = policy.format(nonce=visits.current().nonce)
    for name, value in HEADERS.items():
        response.headers[name] = value
    if current_app.config["PRODUCTION"]:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
