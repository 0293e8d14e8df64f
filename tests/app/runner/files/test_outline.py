"""The outline of a script: read from its text, whatever the text is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runner.files.outline import Outline, read

HEAD = '"""Count things.\n\nSlowly.\n"""\nimport click\nfrom app.runner import script\n\n'
MAIN = "def main(run): ...\n"


@pytest.fixture
def outline(tmp_path: Path):
    """Give a function that writes a script and reads its outline."""

    def read_text(source: str | bytes) -> Outline:
        path = tmp_path / "count_things.py"
        path.write_bytes(source.encode() if isinstance(source, str) else source)
        return read(path)

    return read_text


def sentences(outline: Outline) -> str:
    return " ".join(problem.sentence for problem in outline.problems)


def test_it_has_what_the_file_declares(outline) -> None:
    found = outline(f"{HEAD}@script(owner='li', id='counting', timeout=60, run_once=True, read_only=False)\n{MAIN}")
    assert found.problems == ()
    assert (found.summary, found.doc) == ("Count things.", "Count things.\n\nSlowly.")
    assert (found.owner, found.id, found.line) == ("li", "counting", 8)
    assert found.keywords == {
        "owner": "li",
        "id": "counting",
        "timeout": 60,
        "run_once": True,
        "read_only": False,
    }


def test_the_file_is_not_run(outline, tmp_path: Path) -> None:
    outline(f"{HEAD}open({str(tmp_path / 'ran')!r}, 'w')\n@script(owner='li')\n{MAIN}")
    assert not (tmp_path / "ran").exists()


def test_without_an_id_the_files_name_is_it(outline) -> None:
    assert outline(f"{HEAD}@script(owner='li')\n{MAIN}").id == "count_things"


@pytest.mark.parametrize(
    ("line", "decorator"),
    [
        ("from app.runner import script as task", "task"),
        ("from app.runner.script import script", "script"),
        ("import app.runner", "app.runner.script"),
        ("import app.runner as r", "r.script"),
        ("from app import runner", "runner.script"),
    ],
)
def test_the_decorator_is_known_however_it_was_imported(line: str, decorator: str, outline) -> None:
    assert outline(f"{line}\n@{decorator}(owner='li')\n{MAIN}").owner == "li"


def test_a_decorator_of_the_same_name_from_elsewhere_is_none(outline) -> None:
    assert "no function decorated" in sentences(outline(f"from other import script\n@script(owner='li')\n{MAIN}"))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def main(:\n", "no valid Python: invalid syntax"),
        (b"x = '\x00'\n", "no valid Python: source code string cannot contain null bytes"),
        (b"# \xff\n", "no valid Python"),
        (b"# coding: klingon\n", "no valid Python: unknown encoding: klingon"),
        ("", "no function decorated"),
        (f"{HEAD}@script\n{MAIN}", "needs its arguments"),
        (f"{HEAD}@script('li')\n{MAIN}", "arguments of @script(...) have names"),
        (f"{HEAD}ME = 'li'\n@script(owner=ME)\n{MAIN}", "owner has to be written out in @script(...), as a str"),
        (f"{HEAD}@script(owner='li', run_once=1)\n{MAIN}", "run_once has to be written out in @script(...), as a bool"),
        (f"{HEAD}@script(owner='li', id=f'x')\n{MAIN}", "id has to be written out"),
        (f"{HEAD}@script(**dict(owner='li'))\n{MAIN}", "without **"),
        (f"{HEAD}@script(owner='li', retries=3)\n{MAIN}", "has no retries; it takes: owner, id"),
        (f"{HEAD}@script(owner='li')\nasync {MAIN}", "main() is async"),
        (f"{HEAD}@script(owner='li')\n{MAIN}@script(owner='li')\n{MAIN}", "has 2 functions decorated"),
    ],
)
def test_what_keeps_it_from_running_is_said(source: str | bytes, reason: str, outline) -> None:
    assert reason in sentences(outline(source))


def test_a_file_that_is_none_is_a_problem(tmp_path: Path) -> None:
    assert "cannot be read" in sentences(read(tmp_path / "missing.py"))
    (tmp_path / "folder.py").mkdir()
    assert "cannot be read" in sentences(read(tmp_path / "folder.py"))


def test_a_timeout_may_be_reckoned_and_a_pause_may_be_a_function(outline) -> None:
    found = outline(f"{HEAD}@script(owner='li', timeout=2 * 3600, pause_while=lambda run: '')\n{MAIN}")
    assert (found.problems, found.keywords) == ((), {"owner": "li"})


def test_options_are_found_as_they_are_typed(outline) -> None:
    found = outline(
        f"{HEAD}@script(owner='li')\n@click.option('city', '-c', '--city')\n@click.option('--all/--some')\n"
        f"@click.option('--loud', ' /-q')\n@click.confirmation_option()\n@click.argument('name')\n{MAIN}"
    )
    assert [text for _line, text in found.options] == ["-c", "--city", "--all", "--some", "--loud", "-q", "--yes"]
    assert found.options[0].line == 9


@given(source=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "ignore")))
def test_no_file_breaks_the_reading(source: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "anything.py"
    path.write_bytes(source)
    assert read(path).problems
