"""The same content again: a sheet that an earlier import, which was not undone, has brought into the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.errors import Refused
from app.models import ImportedSheet, Run
from app.services.imports.kept_files import Copy, sha256_of
from app.services.imports.sources import Source
from app.services.imports.undoable import undone_by
from app.services.transactions import reading
from app.words import counted

SHOWN_DIGITS = 4


@dataclass(frozen=True)
class Content:
    """What a sheet is known by: its file's SHA-256 as hex, and its name in that file."""

    file: str
    sha256: str
    sheet: str

    def is_like(self, other: Content) -> bool:
        """Tell whether both are the same sheet, whatever their files are called."""
        return (self.sha256, self.sheet) == (other.sha256, other.sheet)

    @property
    def shown(self) -> str:
        """Return the start of the hash, for people."""
        return f"(sha256 {self.sha256[:SHOWN_DIGITS]}…)"


def check_new(sources: Sequence[Source], copies: Sequence[Copy], table: str) -> None:
    """Raise Refused where one of the sheets is in the table already, or stands twice among them.

    It is certain as long as the table's lock is held.

    Args:
        copies: the sources' files, hashed; none in a dry run, which keeps no files.
    """
    contents = _contents(sources, copies)
    for number, content in enumerate(contents):
        if twin := next((other for other in contents[:number] if other.is_like(content)), None):
            raise Refused(
                f"{twin.file} and {content.file} hold the same sheet {content.shown}.",
                "Leave one of them out, or import both with --again.",
            )
    found = [(content, run) for content in contents if (run := _earlier(content, table)) is not None]
    if found:
        raise Refused(_sentence(found, len(contents), table), _ways_out([run for _, run in found]))


def _contents(sources: Sequence[Source], copies: Sequence[Copy]) -> list[Content]:
    if copies:
        hashes = [copy.sha256 for copy in copies]
    else:
        by_path = {path: sha256_of(path) for path in {source.reader.path for source in sources}}
        hashes = [by_path[source.reader.path] for source in sources]
    return [Content(source.name, sha256, source.head.sheet) for source, sha256 in zip(sources, hashes, strict=True)]


def _earlier(content: Content, table: str) -> Run | None:
    """Return the newest run that brought this sheet into the table and was not undone."""
    query = (
        select(Run, ImportedSheet.sheet, ImportedSheet.table_name)
        .join(ImportedSheet, ImportedSheet.run_id == Run.id)
        .where(ImportedSheet.sha256 == content.sha256, Run.state == "succeeded")
        .order_by(Run.id.desc())
    )
    with reading() as session:  # names are compared here: MariaDB takes those that differ in case only for the same
        rows = session.execute(query).all()
    runs = (run for run, sheet, name in rows if (sheet, name) == (content.sheet, table))
    return next((run for run in runs if undone_by(run.id) is None), None)


def _sentence(found: Sequence[tuple[Content, Run]], of: int, table: str) -> str:
    if of == 1:
        ((content, run),) = found
        return f"this sheet {content.shown} is already in {table}: {_told(run, table)}."
    lines = [f'{content.file}, sheet "{content.sheet}" {content.shown}: {_told(run, table)}' for content, run in found]
    return "\n  ".join([f"{len(found)} of these {of} sheets are already in {table}:", *lines])


def _told(run: Run, table: str) -> str:
    rows = counted(sum(run.rows.get(table, {}).values()), "row")
    return f"run {run.id}, {rows}, {run.started_at.astimezone():%Y-%m-%d %H:%M} by {run.operator}"


def _ways_out(found: Sequence[Run]) -> str:
    ids = sorted({run.id for run in found})
    it, back = ("it", f"run {ids[0]} back") if len(found) == 1 else ("all", "those runs back")
    commands = ", ".join(f"flask runs undo {run_id}" for run_id in ids)
    return f"Import {it} again with --again, or take {back} with: {commands}"
