"""Imports of uploads: what was tried is what is imported, once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask

from app.asker import asking
from app.errors import Conflict, NotFound
from app.models import Upload
from app.services import runs, uploaded_imports, uploads
from app.services.imports import ImportRequest, ReadOptions, reading_limits
from app.services.queue import waking
from tests.app.services.queue.queues import LI, ended
from tests.importing import rows_of, sql


@pytest.fixture
def wares(app: Flask) -> Iterator[str]:
    """Make a table, name who asks, and return its name."""
    sql("CREATE TABLE wares (id INTEGER PRIMARY KEY, name VARCHAR(20))")
    with asking(LI):
        yield "wares"


def upload(text: str = "id,name\n1,a\n2,b\n") -> Upload:
    """Upload a text file."""
    return uploads.receive(BytesIO(text.encode()), "june.csv")


def request(**options: object) -> ImportRequest:
    """Return the request of an import; it names another file, which is not believed."""
    return ImportRequest((Path("/etc/passwd"),), "wares", reading_limits(), **options)  # type: ignore[arg-type]


def test_a_dry_run_whose_result_is_gone_is_not_confirmed(wares: str) -> None:
    """As when its process was killed between its end and its result."""
    june = upload()
    tried = ended(uploaded_imports.try_out(june, request()))
    runs.folder_of(tried.id, tried.token).result.unlink()
    with pytest.raises(Conflict, match=f"What dry run {tried.id} found is gone"):
        uploaded_imports.confirm(june, tried.id)
    assert rows_of(wares) == []


def test_a_dry_run_is_confirmed_once(wares: str, monkeypatch: pytest.MonkeyPatch) -> None:
    june = upload()
    with monkeypatch.context() as patch:
        patch.setattr(waking, "wake", lambda: True)
        tried = uploaded_imports.try_out(june, request(options=ReadOptions(password="open sesame")))
        with pytest.raises(Conflict, match="no dry run that went well"):
            uploaded_imports.confirm(june, tried)
    waking.wake()
    assert ended(tried).dry_run
    assert uploaded_imports.confirmed(june, tried) is None
    kept = uploaded_imports.asked_of(june, tried).request
    assert (kept.files, kept.options.password) == ((uploads.path_of(june),), "open sesame")
    assert not any("sesame" in asked for (asked,) in rows_of("upload_imports", "asked"))
    done = uploaded_imports.confirm(june, tried)
    with pytest.raises(Conflict, match="confirmed already"):
        uploaded_imports.confirm(june, tried)
    assert (ended(done).state, uploaded_imports.confirmed(june, tried)) == ("succeeded", done)
    assert rows_of(wares) == [(1, "a"), (2, "b")]
    with pytest.raises(Conflict, match="no dry run"):
        uploaded_imports.confirm(june, done)
    assert runs.verify().problems == []


def test_one_whose_import_failed_can_be_confirmed_again(wares: str) -> None:
    june = upload()
    tried = uploaded_imports.try_out(june, request())
    ended(tried)
    sql("INSERT INTO wares VALUES (2, 'other')")
    failed = uploaded_imports.confirm(june, tried)
    assert ended(failed).state == "failed"
    assert uploaded_imports.confirmed(june, tried) is None
    sql("DELETE FROM wares")
    assert ended(uploaded_imports.confirm(june, tried)).state == "succeeded"


def test_of_many_who_confirm_again_at_once_one_imports(app: Flask, wares: str) -> None:
    june = upload()
    tried = uploaded_imports.try_out(june, request())
    ended(tried)
    sql("INSERT INTO wares VALUES (2, 'other')")
    ended(uploaded_imports.confirm(june, tried))
    sql("DELETE FROM wares")
    ready = Barrier(4)

    def confirm(_: int) -> int | None:
        with app.app_context(), asking(LI):
            ready.wait(60)
            try:
                return uploaded_imports.confirm(june, tried)
            except Conflict:
                return None

    with ThreadPoolExecutor(4) as threads:
        done = [run_id for run_id in threads.map(confirm, range(4)) if run_id]
    assert len(done) == 1
    assert ended(done[0]).state == "succeeded"
    assert uploaded_imports.confirmed(june, tried) == done[0]


def test_a_run_belongs_to_its_upload(wares: str) -> None:
    june, july = upload(), upload("id\n9\n")
    tried = uploaded_imports.try_out(june, request())
    ended(tried)
    for what in (uploaded_imports.asked_of, uploaded_imports.confirm, uploaded_imports.try_without_rejects):
        with pytest.raises(NotFound):
            what(july, tried)
