"""A scripts' folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty folder that the application, here and in processes, takes for that of the scripts."""
    folder = tmp_path / "project" / "offline_script"
    folder.mkdir(parents=True)
    monkeypatch.setenv("SCRIPTS_PATH", str(folder))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.chdir(folder.parent)
    return folder
