"""What `STORE_URL` may be."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from app import create_app, store_url
from app.errors import ConfigError
from app.store_url import StoreUrl, parse


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("", None),
        ("file:///srv/ops%20desk/", StoreUrl("file", "/srv/ops desk")),
        ("file://localhost/srv/opsdesk", StoreUrl("file", "/srv/opsdesk")),
        ("s3://bucket", StoreUrl("s3", "bucket")),
        ("s3://bucket/a/b/", StoreUrl("s3", "bucket/a/b")),
    ],
)
def test_a_store_is_named_by_a_url(text: str, url: StoreUrl | None) -> None:
    assert parse({"STORE_URL": text}) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/srv/opsdesk", "neither file:// nor s3://"),
        ("gs://bucket/x", "neither file:// nor s3://"),
        ("file://srv/opsdesk", "three slashes"),
        ("file:///", "whole path"),
        ("file:///srv/../etc", "whole path"),
        ("s3:///x", "no bucket"),
        ("s3://key:hunter2@bucket/x", "AWS_ACCESS_KEY_ID"),
        ("s3://bucket/x?versionId=1", "means nothing"),
        ("s3://[bucket/x", "not a URL"),
    ],
)
def test_what_is_none_is_refused_at_the_start(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        create_app({"STORE_URL": text}, console=False)
    assert "hunter2" not in str(caught.value)


def test_the_instance_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="instance folder itself"):
        create_app({"INSTANCE_PATH": str(tmp_path), "STORE_URL": f"file://{tmp_path}"}, console=False)


def test_a_bucket_needs_what_speaks_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_url, "find_spec", lambda name: importlib.util.find_spec(f"no_{name}"))
    with pytest.raises(ConfigError, match="pip install 'opsdesk"):
        parse({"STORE_URL": "s3://bucket"})
