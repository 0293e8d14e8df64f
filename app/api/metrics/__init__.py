"""Figures for Prometheus: what is asked of the server and how long it takes, what the ledger and the queue have."""

from __future__ import annotations

from apiflask.schemas import FileSchema
from flask import Response
from flask.views import MethodView

from app.api.metrics import ledger, requests
from app.api.metrics.requests import init_app
from app.api.resources import resource
from app.http.roles import needs

__all__ = ["blueprint", "init_app"]

TEXT = "text/plain"

blueprint = resource("metrics", "Figures for Prometheus.", url_prefix="")


class Metrics(MethodView):
    """The figures."""

    @needs("viewer")
    @blueprint.output(FileSchema(format="prometheus"), content_type=TEXT)
    def get(self) -> Response:
        """Get the figures, in Prometheus's text format."""
        from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

        return Response(requests.figures() + ledger.figures(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


blueprint.add_url_rule("/metrics", view_func=Metrics.as_view("metrics"))
