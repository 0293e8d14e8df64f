"""Scripts: which there are, the form of each, and its runs; each runs in a process of its own, by the queue."""

from app.web.scripts import following, listing, showing, starting
from app.web.scripts.blueprint import blueprint

# Each of these adds its views to the blueprint.
VIEWS = (listing, showing, starting, following)

__all__ = ["VIEWS", "blueprint"]
