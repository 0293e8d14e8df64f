"""Promoting and retiring: files move together, in git and without it, and the history stays."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.errors import AppError, Conflict, Failed, Refused
from app.runner.files import outline
from app.runner.files.discovery import find
from app.runner.files.lint import lint
from app.runner.files.naming import BadName
from app.runner.files.promote import promote
from app.runner.files.rename import Renamed
from app.runner.files.retire import retire
from tests.script_files import GOOD, TEMPORARY, commit_all, git, put, put_with_test, tree


@pytest.fixture(params=["git", "no git", "untracked"])
def kind(request: pytest.FixtureRequest) -> str:
    """Name what the project lies in."""
    return str(request.param)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a scripts' folder of which git knows nothing."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "project" / "offline_script").mkdir(parents=True)
    return tmp_path / "project" / "offline_script"


@pytest.fixture
def script(root: Path, kind: str) -> tuple[Path, Path]:
    """Give a temporary script and its test."""
    if kind == "untracked":
        put(root, "recycle/other.py")
        commit_all(root.parent)
    files = put_with_test(root, f"li/{TEMPORARY}.py")
    if kind == "git":
        commit_all(root.parent)
    return files


def do_promote(root: Path, name: str, to: str = "") -> Renamed:
    return promote(root, find(root, name), to)


def do_retire(root: Path, name: str, to: str = "") -> Renamed:
    return retire(root, find(root, name), to)


def test_promote_moves_script_and_test_and_keeps_the_history(root: Path, script: tuple[Path, Path], kind: str) -> None:
    test_before = script[1].read_bytes()
    done = do_promote(root, TEMPORARY)
    assert done.script.path == root / "recycle/mend_totals.py"
    assert done.test == root.parent / "tests/offline_script/recycle/test_mend_totals.py"
    assert done.id == TEMPORARY
    assert not any(file.exists() for file in script)
    assert done.script.path.read_text() == GOOD.replace("@script(", f'@script(id="{TEMPORARY}", ')
    assert done.test.read_bytes() == test_before
    assert (done.test.parent / "__init__.py").exists()
    if kind == "git":
        staged = git(root.parent, "diff", "--cached", "--name-status", "-M").splitlines()
        assert [line.split("\t")[0] for line in staged] == ["R100", "R100"]


def test_a_script_goes_through_its_life_with_one_id(root: Path, script: tuple[Path, Path]) -> None:
    do_promote(root, TEMPORARY, "mend_order_totals")
    done = do_retire(root, "mend_order_totals", "mend_totals")
    assert (done.script.path, done.id) == (root / "unrecycle/mend_totals.py", "")
    assert outline.read(done.script.path).id == TEMPORARY
    assert lint(root, date(2026, 11, 21)) == []


def test_a_temporary_script_retires_with_its_name(root: Path, script: tuple[Path, Path]) -> None:
    done = do_retire(root, f"li/{TEMPORARY}")
    assert done.script.path == root / f"unrecycle/{TEMPORARY}.py"
    assert done.id == TEMPORARY


def test_what_is_not_committed_yet_goes_along(root: Path, script: tuple[Path, Path]) -> None:
    script[0].write_text(GOOD + "# not committed\n")
    done = do_promote(root, TEMPORARY)
    assert done.script.path.read_text().endswith("# not committed\n")


def test_a_script_without_a_test_moves_alone(root: Path) -> None:
    put(root, f"li/{TEMPORARY}.py")
    done = do_promote(root, TEMPORARY)
    assert done.test is None
    assert not (root.parent / "tests").exists()


def test_the_files_rights_stay(root: Path) -> None:
    put(root, f"li/{TEMPORARY}.py").chmod(0o755)
    assert do_promote(root, TEMPORARY).script.path.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize(
    ("act", "name", "to", "error", "reason"),
    [
        (do_promote, "export_order", "", Refused, "recycle/export_order is reusable already"),
        (do_promote, "old_one", "", Refused, "unrecycle/old_one is retired"),
        (do_retire, "old_one", "", Refused, "unrecycle/old_one is retired already"),
        (do_promote, TEMPORARY, "export_order", Conflict, "recycle/export_order.py exists already"),
        (do_promote, TEMPORARY, "old_one", Conflict, '"old_one" is the name of unrecycle/old_one already'),
        (do_promote, TEMPORARY, "tested", Conflict, "test_tested.py exists already"),
        (do_promote, TEMPORARY, "mend_totals_2", BadName, "Say: flask script promote .* --as mend_totals$"),
        (do_promote, TEMPORARY, "../evil", BadName, "lower case"),
        (do_retire, "export_order", "x/y", BadName, "lower case"),
        (do_promote, "ts_2026_11_20_mend_2024", "", BadName, "--as mend$"),
        (do_promote, "ts_2026_11_20_broken", "", Failed, "cannot be given an id. It is no valid Python"),
    ],
)
def test_what_is_refused_changes_nothing(
    act, name: str, to: str, error: type[AppError], reason: str, root: Path
) -> None:
    for path in ("recycle/export_order.py", "unrecycle/old_one.py", "li/ts_2026_11_20_mend_2024.py"):
        put(root, path)
    put(root, "li/ts_2026_11_20_broken.py", "def main(:\n")
    put_with_test(root, f"li/{TEMPORARY}.py")
    put(root.parent, "tests/offline_script/recycle/test_tested.py")
    before = tree(root.parent)
    with pytest.raises(error, match=reason):
        act(root, name, to)
    assert tree(root.parent) == before


def status(root: Path) -> str:
    return git(root.parent, "status", "--porcelain") if (root.parent / ".git").exists() else ""


def test_if_the_test_cannot_move_the_script_stays(root: Path, script: tuple[Path, Path]) -> None:
    put(root.parent, "tests/offline_script/recycle", "a file where a folder should be")
    before, status_before = tree(root.parent), status(root)
    with pytest.raises(OSError, match="recycle"):
        do_promote(root, TEMPORARY)
    assert (tree(root.parent), status(root)) == (before, status_before)


def test_if_the_id_cannot_be_written_both_stay(root: Path, script: tuple[Path, Path]) -> None:
    put(root, "recycle/.mend_totals.py.new/in_the_way")
    before, status_before = tree(root.parent), status(root)
    with pytest.raises(OSError, match=r"mend_totals\.py\.new"):
        do_promote(root, TEMPORARY)
    assert (tree(root.parent), status(root)) == (before, status_before)


@pytest.mark.parametrize("kind", ["git"], indirect=True)
def test_what_git_refuses_is_said_in_its_words(root: Path, script: tuple[Path, Path]) -> None:
    (root.parent / ".git/index.lock").touch()
    before = tree(root.parent)
    with pytest.raises(Failed, match=r"git cannot move .*\.py: .*index\.lock"):
        do_promote(root, TEMPORARY)
    assert tree(root.parent) == before


@pytest.mark.parametrize("kind", ["git"], indirect=True)
def test_without_the_git_program_files_are_renamed(
    root: Path, script: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(root))
    assert do_promote(root, TEMPORARY).script.path.exists()
    assert not script[0].exists()
