"""Stores: a shared folder, a bucket of an S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.private_s3 import BUCKET, PrivateS3, private_s3


@pytest.fixture(scope="session")
def s3() -> Iterator[PrivateS3]:
    """Give an S3 server; it takes a second to start."""
    with private_s3() as server:
        yield server


@pytest.fixture(params=["file", "s3"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name a store of the test's own; the environment leads to it, for other processes as well."""
    if request.param == "file":
        (tmp_path / "shared").mkdir()
        url = f"file://{tmp_path}/shared"
    else:
        server = request.getfixturevalue("s3")
        url = f"s3://{BUCKET}/{uuid4().hex}"
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("STORE_URL", url)
    return url
