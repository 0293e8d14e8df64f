"""A compiled module is used only as long as it is not older than its source."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.sheets import compiled


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "some.pyx").touch()
    module = tmp_path / "some.so"
    module.touch()
    monkeypatch.setattr(compiled, "FOLDER", tmp_path)
    monkeypatch.setattr(compiled, "import_module", lambda _name: SimpleNamespace(__file__=str(module)))
    return module


def test_one_that_is_newer_than_its_source_is_taken(built: Path) -> None:
    os.utime(built, (2e9, 2e9))
    assert compiled.compiled("some") is not None


def test_one_that_is_older_is_not(built: Path) -> None:
    os.utime(built, (1e9, 1e9))
    assert compiled.compiled("some") is None


def test_there_may_be_none() -> None:
    assert compiled.compiled("no_such_module") is None
