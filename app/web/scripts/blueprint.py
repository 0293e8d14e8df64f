"""The blueprint of the pages of scripts; the files beside this one add their views to it."""

from __future__ import annotations

from flask import Blueprint

from app.web.run_ids import RUN_ID

blueprint = Blueprint("scripts", "app.web.scripts", url_prefix="/scripts")

# A script by its name, or by its folder and name.
SCRIPT = "/<path:name>"
# A run of one.
RUN = f"/runs/{RUN_ID}"
