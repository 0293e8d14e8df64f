"""What is found wrong with scripts, and where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.runner.files.lint import Finding, lint
from app.runner.runner_options import RUNNER_OPTIONS
from tests.script_files import GOOD

TODAY = date(2026, 11, 21)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give a scripts' folder with nothing in it."""
    (tmp_path / "offline_script").mkdir()
    return tmp_path / "offline_script"


def put(root: Path, path: str, source: str = GOOD) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(source, encoding="utf-8")


def found(root: Path) -> list[str]:
    return [str(finding) for finding in lint(root, TODAY)]


def only(root: Path) -> Finding:
    (finding,) = lint(root, TODAY)
    return finding


def test_good_scripts_have_no_findings(root: Path) -> None:
    put(root, "recycle/export_order.py")
    put(root, "unrecycle/flush_order_data.py")
    put(root, "unrecycle/ts_2020_01_01_once.py")
    put(root, "li/ts_2026_11_20_count_things.py")
    put(root, "li/__init__.py", "")
    assert found(root) == []


def test_no_scripts_are_no_findings(root: Path, tmp_path: Path) -> None:
    assert found(root) == []
    assert found(tmp_path / "missing") == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("recycle/ts_2026_11_20_export.py", "does not belong into recycle/. A reusable script"),
        ("recycle/export_order_2.py", "A reusable script is named for its job"),
        ("li/export_order.py", "does not belong into li/. A temporary script is named"),
        ("li/ts_2026_02_30_export.py", "There is no day 2026-02-30"),
    ],
)
def test_a_name_in_the_wrong_place_is_an_error(path: str, reason: str, root: Path) -> None:
    put(root, path)
    finding = only(root)
    assert (finding.path, finding.line, finding.level) == (f"offline_script/{path}", 1, "error")
    assert reason in finding.message


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ts_2026_11_22_export.py", "The day in its name is still to come."),
        ("ts_2026_08_22_export.py", "It is 91 days old: promote it, or delete it."),
    ],
)
def test_an_odd_day_is_a_warning(name: str, reason: str, root: Path) -> None:
    put(root, f"li/{name}")
    assert (only(root).level, only(root).message) == ("warning", reason)


def test_a_script_of_90_days_is_not_stale_yet(root: Path) -> None:
    put(root, "li/ts_2026_08_23_export.py")
    assert found(root) == []


@pytest.mark.parametrize(
    ("source", "line", "reason"),
    [
        (GOOD.replace('"""Count things."""', ""), 1, "It has no docstring"),
        (GOOD.replace('owner="li"', ""), 5, "It has no owner"),
        (GOOD.replace('"li"', '" "'), 5, "It has no owner"),
        (GOOD.replace('"li"', '"Li Wei"'), 5, 'The owner "Li Wei" is nobody'),
        (GOOD.replace('"li"', '"li", id="Count Things"'), 5, 'The id "Count Things" cannot name a history.'),
        (GOOD.replace('"li"', '"li", id=""'), 5, 'The id "" cannot name a history.'),
        ("def main(:\n", 1, "It is no valid Python"),
    ],
)
def test_what_it_must_declare(source: str, line: int, reason: str, root: Path) -> None:
    put(root, "recycle/count_things.py", source)
    assert (only(root).line, only(root).level) == (line, "error")
    assert reason in only(root).message


def test_in_a_developers_folder_the_owner_is_that_developer(root: Path) -> None:
    put(root, "zhao/ts_2026_11_20_count.py")
    assert only(root).message == 'Its owner is "li", and it lies in the folder of zhao.'


def test_a_folder_that_is_nobodys_is_an_error(root: Path) -> None:
    put(root, "Li/ts_2026_11_20_count.py", GOOD.replace("li", "Li"))
    put(root, "tests/ts_2026_11_20_count_more.py")
    assert {"offline_script/Li", "offline_script/tests"} <= {finding.path for finding in lint(root, TODAY)}


@pytest.mark.parametrize("option", RUNNER_OPTIONS)
def test_the_runners_options_are_taken(option: str, root: Path) -> None:
    put(root, "recycle/count.py", GOOD.replace("\ndef", f'\n@click.option("{option}", "mine", is_flag=True)\ndef'))
    assert (only(root).line, only(root).level) == (6, "error")
    assert f"has the option {option} for every script" in only(root).message


def test_clicks_confirmation_is_the_runners_yes(root: Path) -> None:
    put(root, "recycle/count.py", GOOD.replace("\ndef", "\n@click.confirmation_option()\ndef"))
    assert "--yes" in only(root).message


def test_one_id_for_two_scripts_is_said_at_both(root: Path) -> None:
    put(root, "recycle/export_order.py")
    put(root, "unrecycle/export_all.py", GOOD.replace('"li"', '"li", id="export_order"'))
    assert found(root) == [
        'offline_script/recycle/export_order.py:5: error: The id "export_order" is that of '
        "offline_script/unrecycle/export_all.py as well.",
        'offline_script/unrecycle/export_all.py:5: error: The id "export_order" is that of '
        "offline_script/recycle/export_order.py as well.",
    ]


def test_one_name_for_two_scripts_is_said_once_at_each(root: Path) -> None:
    put(root, "recycle/export_order.py")
    put(root, "unrecycle/export_order.py")
    assert [finding.message.partition(" is taken")[0] for finding in lint(root, TODAY)] == [
        "The name export_order",
        "The name export_order",
    ]


@pytest.mark.parametrize("path", ["export_order.py", "li/old/ts_2026_11_20_count.py"])
def test_a_file_that_no_command_finds_is_an_error(path: str, root: Path) -> None:
    put(root, path)
    assert "No command finds it here" in only(root).message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("from offline_script.recycle import export_order", "another script (export_order)"),
        ("import offline_script.li.ts_2026_11_20_count", "a temporary script (ts_2026_11_20_count)"),
        ("from . import export_order", "another script (export_order)"),
        ("from .export_order import main", "another script (export_order)"),
        ("from ..recycle import export_order", "another script (export_order)"),
        ("import export_order", "another script (export_order)"),
        ("from .anything import x", "from the scripts"),
        ("from commands.output import say", "imports commands.output.say"),
        ("import app.web.home", "imports app.web.home"),
        ("from app.api import v1", "imports app.api.v1"),
        ("from app import create_app", "imports app.create_app"),
        ("from app.extensions import db", "use run.session"),
        ("def f():\n    from tests import scripts", "imports tests.scripts"),
    ],
)
def test_what_a_script_may_not_import(line: str, reason: str, root: Path) -> None:
    put(root, "recycle/export_order.py")
    put(root, "li/ts_2026_11_20_count.py")
    put(root, "recycle/export_all.py", GOOD + line)
    finding = only(root)
    assert (finding.path, finding.level) == ("offline_script/recycle/export_all.py", "error")
    assert finding.line >= 7
    assert reason in finding.message


@pytest.mark.parametrize(
    "line",
    ["from app.services import tables", "from app.models import Order", "import app.webhooks", "import holidays"],
)
def test_what_a_script_may_import(line: str, root: Path) -> None:
    put(root, "recycle/export_all.py", GOOD + line)
    assert found(root) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("print(1)", "print(…)"),
        ("ROWS = session.execute(1).all()", "session.execute(…)"),
        ("ROWS: list = list(open('x'))", "open(…)"),
        ("for x in (1, 2): pass", "This for"),
        ("with open('x') as file: pass", "This with"),
        ("if True:\n    main()", "main(…)"),
        ("try:\n    main()\nexcept ValueError: pass", "main(…)"),
        ("[print(x) for x in (1, 2)]", "This expression"),
    ],
)
def test_work_at_import_is_a_warning(line: str, what: str, root: Path) -> None:
    put(root, "recycle/export_all.py", GOOD + line)
    assert only(root).level == "warning"
    assert only(root).message.startswith(f"{what} is done when the file is loaded")


@pytest.mark.parametrize(
    "line",
    [
        'if __name__ == "__main__":\n    main()',
        "import logging\nlog = logging.getLogger(__name__)",
        "import re\nNUMBER = re.compile('x')",
        "FIELDS = tuple(sorted({'a', 'b'}))",
        "if TYPE_CHECKING:\n    import pandas",
        "try:\n    import redis\nexcept ImportError:\n    raise SystemExit(1)",
        "'A note.'",
        "class A:\n    x = 1",
    ],
)
def test_what_a_file_may_do_when_it_is_loaded(line: str, root: Path) -> None:
    put(root, "recycle/export_all.py", GOOD + line)
    assert found(root) == []


def test_a_file_that_would_do_nothing_by_itself_is_a_warning(root: Path) -> None:
    put(root, "recycle/export_all.py", GOOD.replace("main()", "print").replace("def main", "def export"))
    put(root, "recycle/export_more.py", GOOD.partition("if __name__")[0])
    said = [(finding.path, finding.line, finding.level) for finding in lint(root, TODAY)]
    assert said == [
        ("offline_script/recycle/export_all.py", 6, "warning"),
        ("offline_script/recycle/export_more.py", 6, "warning"),
    ]
    assert 'Write at its end: if __name__ == "__main__": export()' in lint(root, TODAY)[0].message
