"""The check of the store that hosts share: an object is put there, read back and deleted."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from uuid import uuid4

from flask import Flask

from app.services import store
from app.services.checks.finding import Finding, absent, ok, problem
from app.store_url import EXTENSION, StoreUrl

MEND = {
    "file": "Is it mounted here, and writable for this user? All hosts mount the same folder.",
    "s3": "Are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION and AWS_ENDPOINT_URL those of the bucket,"
    " and may it be written to, read, listed and deleted from with them?",
}


def shared_store(app: Flask) -> Finding:
    """Check that what is put into the store of `STORE_URL` comes back; without that setting there is none."""
    url: StoreUrl | None = app.extensions[EXTENSION]
    if url is None:
        return absent("not set: uploads and files of runs are in the instance folder of each host")
    where = f"{url.protocol}://{url.root}"
    try:
        _probe()
    except store.StoreFails as error:
        return problem(f"{where}: {error.message} ({error.for_record})", MEND[url.protocol])
    except store.Changed as error:
        return problem(f"{where}: {error.message}", "What is put there comes back changed: this store cannot be used.")
    return ok(f"{where} takes, gives back and deletes")


def _probe() -> None:
    key = f"doctor-{uuid4().hex}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe"
        path.write_bytes(os.urandom(1000))
        stamp = store.put(key, path)
        assert stamp is not None  # noqa: S101 - there is a store
        store.fetch(key, stamp.sha256, path)
    store.delete(key)
