"""The blueprint of the pages of runs; the files beside this one add their views to it."""

from __future__ import annotations

from flask import Blueprint

from app.web.run_ids import RUN_ID

blueprint = Blueprint("runs", "app.web.runs", url_prefix="/runs")

# One run's address.
RUN = f"/{RUN_ID}"
