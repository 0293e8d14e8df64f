"""The list of scripts, and the page of one: what each role sees, whatever is wrong with the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app.services.scripts import loading_in_time
from tests.app.web.conftest import SignedIn
from tests.script_files import GOOD, put

HOSTILE = "<script>alert('x')</script>"
EVERYTHING = '''"""Count <b>things</b> & more.

Slowly:

\\b
    flask script run count
        by night
"""
import click
from app.runner import script

@script(owner="li")
@click.argument("table")
@click.option("--limit", type=click.IntRange(1, 9), default=5, show_default=True, help="How many <i>.")
@click.option("--mode", type=click.Choice(["fast", "slow"]))
@click.option("--api-key", default="hunter2")
@click.option("--inner", hidden=True)
def main(run, **given): ...
'''


def test_scripts_are_listed_by_folder_with_their_marks(scripts: Path, signed_in: SignedIn) -> None:
    put(scripts, "recycle/count.py", GOOD.replace('"li"', '"li", read_only=True, run_once=True'))
    put(scripts, "unrecycle/old.py")
    put(scripts, "li/ts_2020_01_02_fix.py")
    put(scripts, "recycle/broken.py", f'"""{HOSTILE}"""\ndef main(run): ...\n')
    page = signed_in("viewer").get("/scripts/").text
    for shown in ("Count things.", "reads only", "once only", "retired", "stale: ", "broken", "It has no function"):
        assert shown in page
    assert page.index(">li</h2>") < page.index(">recycle</h2>") < page.index(">unrecycle</h2>")
    assert 'href="/scripts/recycle/count"' in page
    assert HOSTILE not in page


def test_scripts_are_searched_by_all_words(scripts: Path, signed_in: SignedIn) -> None:
    put(scripts, "recycle/count.py")
    put(scripts, "recycle/export.py", GOOD.replace("Count things", "导出订单"))
    viewer = signed_in("viewer")
    assert "recycle/export" in (page := viewer.get("/scripts/?search=订单 LI").text)
    assert "recycle/count" not in page
    assert "No script is like that." in viewer.get(f"/scripts/?search={HOSTILE}").text
    assert HOSTILE not in viewer.get(f"/scripts/?search={HOSTILE}").text


@pytest.mark.usefixtures("scripts")
def test_a_folder_without_scripts_says_how_to_write_one(signed_in: SignedIn) -> None:
    assert "flask script new NAME" in signed_in("viewer").get("/scripts/").text


def test_an_operator_gets_the_form_and_a_viewer_what_it_takes(scripts: Path, signed_in: SignedIn) -> None:
    put(scripts, "recycle/count.py", EVERYTHING)
    operator = signed_in("operator").get("/scripts/count").text
    viewer = signed_in("viewer").get("/scripts/recycle/count").text
    for page in (operator, viewer):
        assert "Count &lt;b&gt;things&lt;/b&gt; &amp; more." in page
        assert "Slowly:\n\n    flask script run count\n        by night" in page
        assert "How many &lt;i&gt;." in page
        assert "A whole number, ≥ 1, ≤ 9." in page
        assert "hunter2" not in page
        assert "inner" not in page
    for drawn in ('name="p-table"', 'name="p-limit" value="5"', '<option value="slow"', 'type="password"', "Dry run"):
        assert drawn in operator
    assert 'name="p-' not in viewer
    assert "Run for real" not in viewer
    assert "One of: fast, slow." in viewer


def test_a_changed_file_shows_its_new_parameters(scripts: Path, signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    put(scripts, "recycle/count.py", EVERYTHING)
    assert "p-limit" in operator.get("/scripts/count").text
    put(scripts, "recycle/count.py", EVERYTHING.replace("--limit", "--most"))
    page = operator.get("/scripts/count").text
    assert "p-most" in page
    assert "p-limit" not in page


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def main(:\n", "It is no valid Python"),
        ("import no_such_module\n" + GOOD.replace('"""Count things."""', ""), "No module named"),
        (GOOD.replace("import click", "import click, sys; sys.exit(3)"), "SystemExit"),
        (GOOD.replace("import click", "import click; raise KeyboardInterrupt"), "KeyboardInterrupt"),
        (GOOD.replace('@script(owner="li")', '@script(owner="li")\n@click.option("--yes")'), "--yes"),
    ],
    ids=["syntax", "import", "exit", "interrupt", "options"],
)
def test_a_broken_script_has_a_page_that_says_so(scripts: Path, signed_in: SignedIn, source: str, said: str) -> None:
    put(scripts, "recycle/count.py", source)
    operator = signed_in("operator")
    answer = operator.get("/scripts/count")
    assert answer.status_code == 200
    assert said in answer.text
    assert "Run it" not in answer.text
    assert operator.post("/scripts/count").status_code == 302


def test_a_script_that_never_ends_while_it_is_loaded_does_not_take_the_page_with_it(
    scripts: Path, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(loading_in_time, "LIMIT_S", 0.2)
    go = tmp_path / "go"
    waits = f"import click, os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
    put(scripts, "recycle/count.py", GOOD.replace("import click\n", waits))
    operator = signed_in("operator")
    try:
        for _each in range(2):
            assert "is not loaded after 0.2 s" in operator.get("/scripts/count").text
        put(scripts, "recycle/count.py", GOOD)
        monkeypatch.setattr(loading_in_time, "LIMIT_S", 60)
        assert "Run it" in operator.get("/scripts/count").text
    finally:
        go.touch()


def test_names_that_are_none_are_not_found(app: Flask, scripts: Path, signed_in: SignedIn) -> None:
    put(scripts, "recycle/count.py")
    put(scripts, "li/ts_2026_11_20_count.py")
    outside = put(scripts.parent, "outside/secret.py")
    viewer = signed_in("viewer")
    for name in ("nothing", "recycle/nothing", str(outside), f"/{outside}", HOSTILE, "recycle/../../outside/secret"):
        answer = viewer.get(f"/scripts/{name}")
        assert answer.status_code in (308, 404), name
        assert HOSTILE not in answer.text
    assert viewer.get(f"/scripts/recycle/count?again={'9' * 30}").status_code == 200
    put(scripts, "unrecycle/count.py")
    assert viewer.get("/scripts/count").status_code == 409
    assert viewer.get("/scripts/unrecycle/count").status_code == 200
