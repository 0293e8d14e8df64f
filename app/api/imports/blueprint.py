"""The blueprint of imports; the files beside this one add their views to it."""

from __future__ import annotations

from app.api.addresses import RUN
from app.api.resources import resource

blueprint = resource("imports", "Uploads, how they go into tables, dry runs and imports of them.")

# The addresses of one upload, and of a dry run of it.
UPLOAD = "/uploads/<token>"
TRIAL = f"{UPLOAD}/dry-runs{RUN}"
