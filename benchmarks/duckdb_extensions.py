"""DuckDB with extensions from packages, which are each for one version of it; it would download them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any


def duckdb_with(*extensions: str) -> Any:
    """Return a connection to a DuckDB in memory that has these extensions."""
    import duckdb

    connection = duckdb.connect()
    for name in extensions:
        package = Path(str(import_module(f"duckdb_extension_{name}").__file__)).parent
        connection.load_extension(str(package / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"))
    return connection
