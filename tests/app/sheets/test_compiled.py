"""What is compiled is used only as long as no source of it is newer."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.sheets import compiled


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make two modules with their sources; return the file of the second."""
    for name in ("one", "other"):
        (tmp_path / f"{name}.pyx").touch()
        (tmp_path / f"{name}.so").touch()
        os.utime(tmp_path / f"{name}.so", (2e9, 2e9))
    monkeypatch.setattr(compiled, "FOLDER", tmp_path)
    monkeypatch.setattr(
        compiled, "import_module", lambda name: SimpleNamespace(__file__=str(tmp_path / f"{name.split('.')[-1]}.so"))
    )
    return tmp_path / "other.so"


def test_those_that_are_newer_than_their_sources_are_taken(built: Path) -> None:
    assert compiled.compiled("one") is not None


def test_one_that_is_older_keeps_all_from_being_taken(built: Path) -> None:
    os.utime(built, (1e9, 1e9))
    assert compiled.compiled("one") is None


def test_there_may_be_none() -> None:
    assert compiled.compiled("no_such_module") is None
