"""Objects of the store: whole and right, or not at all."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from app.errors import Refused
from app.services import store
from app.services.store import bucket, places
from app.services.store.bucket import Bucket
from tests.private_s3 import BUCKET, PrivateS3

NAME = "runs/7-abc/artifacts/面料 ? 100%.xlsx"


@pytest.fixture
def with_store(store_url: str) -> Iterator[Flask]:
    """Give an application with a store, and no database."""
    app = create_app("testing", console=False)
    with app.app_context():
        yield app


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a local file."""
    path = tmp_path / "june.csv"
    path.write_bytes(b"id,name\n1,a\n")
    return path


def here(folder: Path) -> list[str]:
    """Return the names in a local folder."""
    return sorted(path.name for path in folder.iterdir())


def test_an_object_comes_back_as_it_was_put(with_store: Flask, file: Path, tmp_path: Path) -> None:
    assert not store.exists(NAME)
    stamp = store.put(NAME, file)
    assert stamp == store.Stamp(hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_size)
    to = tmp_path / "elsewhere" / "june.csv"
    assert store.fetch(NAME, stamp.sha256, to) == to
    assert to.read_bytes() == file.read_bytes()
    assert (here(to.parent), to.stat().st_mode & 0o777) == (["june.csv"], 0o600)
    file.write_bytes(b"")
    assert store.put(NAME, file) == store.Stamp(hashlib.sha256().hexdigest(), 0)  # in its place, and without content
    assert store.read_small(NAME) == b""


def test_a_changed_object_is_found_by_its_hash(with_store: Flask, file: Path, tmp_path: Path) -> None:
    stamp = store.put(NAME, file)
    assert stamp
    store.write_small(NAME, b"id,name\n1,b\n")
    to = tmp_path / "elsewhere" / "june.csv"
    with pytest.raises(store.Changed, match="SHA-256"):
        store.fetch(NAME, stamp.sha256, to)
    assert here(to.parent) == []
    with pytest.raises(store.Missing, match="not in the store"):
        store.fetch("runs/8-abc/log", stamp.sha256, to)
    assert here(to.parent) == []


def test_objects_are_listed_and_deleted(with_store: Flask, file: Path) -> None:
    for key in ("runs/7-abc/log", NAME, "runs/8-abc/log", "uploads/abc"):
        store.put(key, file)
    assert (store.names_in("runs"), store.names_in("nothing")) == (["7-abc", "8-abc"], [])
    store.delete_under("runs/7-abc")
    store.delete_under("runs/9-abc")
    assert (store.names_in("runs"), store.exists(NAME)) == (["8-abc"], False)
    store.delete("uploads/abc")
    store.delete("uploads/abc")
    assert not store.exists("uploads/abc")


def test_what_breaks_off_leaves_what_was_there(with_store: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PART_BYTES", 5 << 20)
    store.write_small("uploads/abc", b"old")
    place = places.place_of(with_store.extensions["store"])
    with pytest.raises(KeyboardInterrupt), place.writing(place.fs, place.path("uploads/abc")) as target:
        target.write(b"x" * (12 << 20))  # two parts of it are sent by now
        raise KeyboardInterrupt
    assert (store.read_small("uploads/abc"), store.names_in("uploads")) == (b"old", ["abc"])
    store.write_small("uploads/abc", b"x" * (12 << 20))
    assert store.read_small("uploads/abc") == b"x" * (12 << 20)


@pytest.mark.parametrize("key", ["/etc/passwd", "../up", "a/../b", "", "a//b", "a/./b", "a\x00", "a\\b"])
@pytest.mark.parametrize("store_url", ["file"], indirect=True)
def test_no_key_leads_out_of_the_store(with_store: Flask, file: Path, key: str) -> None:
    for act in (lambda: store.put(key, file), lambda: store.delete_under(key), lambda: store.read_small(key)):
        with pytest.raises(Refused, match="no name"):
            act()


@pytest.mark.parametrize("store_url", ["file"], indirect=True)
def test_a_folder_that_is_not_mounted_is_not_made(with_store: Flask, file: Path, tmp_path: Path) -> None:
    (tmp_path / "shared").rmdir()
    for act in (lambda: store.put(NAME, file), lambda: store.exists(NAME), lambda: store.delete(NAME)):
        with pytest.raises(store.StoreFails, match="The store is not there") as caught:
            act()
        assert (caught.value.status, str(tmp_path) in str(caught.value)) == (503, False)
    assert not (tmp_path / "shared").exists()


@pytest.mark.parametrize("store_url", ["s3"], indirect=True)
def test_a_bucket_that_is_away_says_so_soon(
    with_store: Flask, s3: PrivateS3, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_store.extensions["store"] = type(with_store.extensions["store"])("s3", "no-such-bucket/x")
    with pytest.raises(store.StoreFails, match="The store is not there"):
        store.put(NAME, file)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    Bucket.clear_instance_cache()
    try:
        with pytest.raises(store.StoreFails, match="The store does not answer") as caught:
            store.put(NAME, file)
    finally:
        Bucket.clear_instance_cache()
    assert (caught.value.status, "127.0.0.1" in str(caught.value)) == (503, False)
    assert BUCKET not in str(caught.value)


@pytest.mark.parametrize("store_url", ["s3"], indirect=True)
def test_a_bucket_that_takes_connections_alone_is_not_waited_for(
    with_store: Flask, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "CALL_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        Bucket.clear_instance_cache()
        try:
            for act in (lambda: store.put(NAME, file), lambda: store.read_small(NAME)):
                with pytest.raises(store.StoreFails, match="The store does not answer"):
                    act()
        finally:
            Bucket.clear_instance_cache()


def test_without_a_store_there_is_nothing_in_it(file: Path, tmp_path: Path) -> None:
    with create_app("testing", console=False).app_context():
        assert (store.is_set(), store.put(NAME, file), store.exists(NAME)) == (False, None, False)
        assert (store.read_small(NAME), store.names_in("runs")) == (None, [])
        store.delete(NAME)
        store.delete_under("runs")
        with pytest.raises(store.Missing):
            store.fetch(NAME, "", tmp_path / "june")
