"""Take an upload in: streamed to the disk, counted, hashed, and looked at."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from flask import current_app

from app import asker
from app.errors import TooLarge
from app.models import Upload
from app.services import store
from app.services.imports.limits import reading_limits
from app.services.transactions import writing
from app.services.uploads.keeping import folder_of, key_of, prune
from app.services.uploads.kinds import check_kind
from app.services.uploads.names import safe_name

CHUNK = 1 << 20


def receive(stream: IO[bytes], file_name: str, limit_bytes: int | None = None) -> Upload:
    """Keep what a browser sends, for whoever asks now, and return its row; what goes wrong leaves nothing behind.

    Args:
        file_name: as the browser calls it; it is made safe.
        limit_bytes: the most that it may have; UPLOAD_LIMIT_MB by default.

    Raises:
        TooLarge: it has more. NotASpreadsheet, DamagedFile, RefusedFile: it is no workbook, or a harmful one.
        StoreFails: there is a store, and it is away.
    """
    prune()
    name, token = safe_name(file_name), secrets.token_hex(16)
    folder = folder_of(token)
    folder.mkdir(mode=0o700, parents=True)
    try:
        path = folder / name
        size, sha256 = _written(stream, path, limit_bytes or current_app.config["UPLOAD_LIMIT_MB"] << 20)
        kind = check_kind(path, reading_limits().file)
        row = Upload(
            token=token, operator=asker.current().operator, file_name=name, kind=kind, size=size, sha256=sha256
        )
        with _in_store(token, path), writing() as session:
            session.expire_on_commit = False
            session.add(row)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return row


@contextmanager
def _in_store(token: str, path: Path) -> Iterator[None]:
    """Put the file into the store before its row is committed; where that fails, nothing stays there."""
    store.put(key_of(token), path)
    try:
        yield
    except BaseException:
        with suppress(store.StoreFails):
            store.delete(key_of(token))
        raise


def _written(stream: IO[bytes], path: Path, limit: int) -> tuple[int, str]:
    """Write a stream to a file for this user only; return its bytes and their SHA-256 as hex."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > limit:
                raise TooLarge(
                    f"{path.name} has more than {limit / (1 << 20):,.1f} MiB, the most that can be uploaded here.",
                    "Leave out what is not needed, or import it on the command line: flask import-excel",
                )
            digest.update(chunk)
            file.write(chunk)
    return size, digest.hexdigest()
