"""The temporary tables of one connection: what is written to them is nobody's data."""

from __future__ import annotations

from app.runner.sql.statements import Statement


class TemporaryTables:
    """The names of those that were made on this connection since it was watched."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def see(self, statement: Statement) -> None:
        """Take note of a statement that was carried out."""
        if statement.verb == "temporary":
            names = {name.lower() for name in statement.tables}
            self._names = self._names - names if statement.said.upper().startswith("DROP") else self._names | names

    def hold(self, statement: Statement) -> bool:
        """Tell whether all that a statement writes goes into temporary tables."""
        names = {name.lower().removeprefix("temp.") for name in statement.tables}
        return bool(names) and names <= self._names
