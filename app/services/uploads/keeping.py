"""Uploads that are kept: for whom, where, and how long."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import delete, or_, select

from app import asker
from app.errors import NotFound
from app.models import Run, RunRequest, Upload
from app.models.base import utc_now
from app.models.run import GOES_ON
from app.models.user import ADMIN
from app.services import store
from app.services.transactions import reading, writing


def get(token: str) -> Upload:
    """Return an upload of whoever asks; an admin may see everybody's.

    Raises:
        NotFound: there is none, or no longer, or it is somebody else's.
    """
    with reading() as session:
        found = session.scalar(select(Upload).where(Upload.token == token))
    if found is None or found.token != token or not _may_see(found) or not bring(found):
        raise NotFound("There is no such upload, or it is no longer kept.", "Upload the file again.")
    return found


def bring(upload: Upload) -> bool:
    """Have the file of an upload here, which may have come to another host; tell whether it is kept.

    Raises:
        Changed: what the store has is not what was uploaded. StoreFails: the store is away.
    """
    path = path_of(upload)
    if not path.is_file():
        try:
            store.fetch(key_of(upload.token), upload.sha256, path)
        except store.Missing:
            return False
    return True


def bring_files(paths: Iterable[Path]) -> None:
    """Do that with each of these files that is an upload's."""
    for path in paths:
        if path.parent.parent == _root():
            with reading() as session:
                upload = session.scalar(select(Upload).where(Upload.token == path.parent.name))
            if upload is not None:
                bring(upload)


def path_of(upload: Upload) -> Path:
    """Return where the file of an upload is, once it is brought here."""
    return folder_of(upload.token) / upload.file_name


def portable(path: Path) -> str:
    """Return a file's path as all hosts understand it: that of an upload begins at their instance folders."""
    instance = Path(current_app.instance_path)
    return str(path.relative_to(instance) if path.is_relative_to(_root()) else path)


def from_portable(text: str) -> Path:
    """Return the path of such a text on this host."""
    return Path(current_app.instance_path) / text


def key_of(token: str) -> str:
    """Return the key that the file of an upload has in the store."""
    return f"uploads/{token}"


def folder_of(token: str) -> Path:
    """Return the folder of an upload."""
    return _root() / token


def prune() -> int:
    """Delete uploads older than UPLOAD_KEEP_HOURS that no run waits to read; return how many."""
    hours = int(current_app.config["UPLOAD_KEEP_HOURS"])
    wanted = set(_wanted_tokens())
    with reading() as session:
        old = select(Upload.token).where(Upload.created_at < utc_now() - timedelta(hours=hours))
        tokens = [token for token in session.scalars(old) if token not in wanted]
        known = set(session.scalars(select(Upload.token)))
    for token in [*tokens, *_unfinished(hours, known)]:
        store.delete(key_of(token))
        shutil.rmtree(folder_of(token), ignore_errors=True)
    if tokens:
        with writing() as session:
            session.execute(delete(Upload).where(Upload.token.in_(tokens)))
    return len(tokens)


def _may_see(upload: Upload) -> bool:
    who = asker.current()
    return upload.operator == who.operator or (who.user is not None and who.user.role == ADMIN)


def _root() -> Path:
    return Path(current_app.instance_path) / "uploads"


def _wanted_tokens() -> Iterator[str]:
    """Yield the tokens of uploads that imports are still to read, or are reading."""
    reads = or_(Run.state.in_(GOES_ON), RunRequest.run_id.is_not(None))  # a lost one may be taken up again
    query = select(Run.arguments).outerjoin(RunRequest).where(Run.kind == "import", reads)
    with reading() as session:
        for arguments in session.scalars(query):
            yield from (Path(file).parent.name for file in arguments.get("files", ()))


def _unfinished(hours: int, known: set[str]) -> Iterator[str]:
    """Yield the folders, as old as that, of uploads that were never recorded: their process was killed."""
    with suppress(FileNotFoundError):
        for folder in _root().iterdir():
            with suppress(FileNotFoundError):
                if folder.name not in known and folder.stat().st_mtime < time.time() - hours * 3600:
                    yield folder.name
