"""The blueprint of scripts; the files beside this one add their operations to it."""

from __future__ import annotations

from app.api.resources import resource

blueprint = resource("scripts", "Scripts: which there are, what they take, and runs of them.")

# A script by its folder and name.
SCRIPT = "/<folder>/<name>"
