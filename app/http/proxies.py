"""Which hosts and proxies are believed."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def init_app(app: Flask) -> None:
    """Answer for the hosts of `TRUSTED_HOSTS` alone, and believe what the last `PROXIES` proxies say of the client."""
    hosts = [host.strip() for host in app.config["TRUSTED_HOSTS"].split(",") if host.strip()]
    app.config["TRUSTED_HOSTS"] = hosts or None
    if count := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
