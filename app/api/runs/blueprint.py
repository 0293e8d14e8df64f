"""The blueprint of runs; the files beside this one add their operations to it."""

from __future__ import annotations

from app.api.resources import resource

blueprint = resource("runs", "Runs: who changed what, when, with which code; how to stop them, go on, take them back.")
