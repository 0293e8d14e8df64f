"""Workbooks that people upload: kept for a day, outside of what the web server serves, for whoever sent them."""

from app.services.uploads.keeping import bring_files, from_portable, get, path_of, portable, prune
from app.services.uploads.receiving import receive

__all__ = ["bring_files", "from_portable", "get", "path_of", "portable", "prune", "receive"]
