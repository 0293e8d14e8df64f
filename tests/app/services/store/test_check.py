"""What `flask doctor` says of the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import create_app
from app.services import store
from app.services.checks.store import shared_store


def test_a_sound_store(store_url: str) -> None:
    app = create_app("testing", console=False)
    with app.app_context():
        found = shared_store(app)
        assert (found.state, found.what) == ("ok", f"{store_url} takes, gives back and deletes")
        assert not store.exists("doctor")


@pytest.mark.parametrize("store_url", ["file"], indirect=True)
def test_one_that_is_away(store_url: str, tmp_path: Path) -> None:
    app = create_app("testing", console=False)
    (tmp_path / "shared").rmdir()
    with app.app_context():
        found = shared_store(app)
    assert (found.state, "The store is not there" in found.what, "mounted" in found.mend) == ("problem", True, True)


@pytest.mark.parametrize("store_url", ["s3"], indirect=True)
def test_keys_that_are_refused(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_URL", "s3://no-such-bucket-at-all")
    app = create_app("testing", console=False)
    with app.app_context():
        found = shared_store(app)
    assert (found.state, "AWS_ACCESS_KEY_ID" in found.mend) == ("problem", True)


def test_without_one() -> None:
    app = create_app("testing", console=False)
    assert shared_store(app).state == "not applicable"
