"""Imports: upload a sheet, see how it goes into a table, try it, import exactly that. For operators."""

from app.api.imports import planning, rejects, trying, uploading
from app.api.imports.blueprint import blueprint

# Each of these adds its views to the blueprint.
PARTS = (uploading, planning, trying, rejects)

__all__ = ["PARTS", "blueprint"]
