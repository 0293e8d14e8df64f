"""Scripts: which there are, what they take, and runs of them."""

from app.api.scripts import listing, showing, starting
from app.api.scripts.blueprint import blueprint

# Each of these adds its operations to the blueprint.
VIEWS = (listing, showing, starting)

__all__ = ["VIEWS", "blueprint"]
