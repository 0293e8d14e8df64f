"""Secrets among a script's arguments: nowhere in the ledger, the log, the terminal or the JSON."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskCliRunner

from app.services import runs
from tests.commands.script.mend import Write

pytestmark = pytest.mark.usefixtures("things")
OPTION = '@script(owner="li")\n@click.option({option})\ndef main(run, **given):\n    (value,) = given.values()\n'
SECRET = "geheim'\\4711"


@pytest.mark.parametrize(
    "option",
    ["'--pin', hide_input=True", "'--db-pass'", "'--auth'", "'--key', 'private_key'", "'--access-token', 'given'"],
)
def test_what_is_secret_is_masked(cli: FlaskCliRunner, write: Write, option: str) -> None:
    write(OPTION.replace("{option}", option))
    spelling = option.split("'")[1]
    assert cli.invoke(args=["script", "run", "mend", spelling, SECRET]).exit_code == 0
    (value,) = runs.get(1).arguments.values()
    assert value == "***"


@pytest.mark.parametrize("option", ["--author", "--passenger", "--compass"])
def test_what_only_sounds_like_one_is_not(cli: FlaskCliRunner, write: Write, option: str) -> None:
    write(OPTION.replace("{option}", f"'{option}'"))
    assert cli.invoke(args=["script", "run", "mend", option, "li"]).exit_code == 0
    assert runs.get(1).arguments == {option.strip("-"): "li"}


@pytest.mark.parametrize(
    "act",
    [
        "raise ValueError(f'no luck with {value}')",
        "raise click.UsageError(f'no luck with {value}')",
        "from app.errors import Failed\n    raise Failed(f'no luck with {value}', f'not {value}')",
        "raise ValueError('no luck with', value)",
        "raise BaseException(value)",
    ],
)
def test_an_error_does_not_tell_it(cli: FlaskCliRunner, write: Write, act: str) -> None:
    write(f"{OPTION}    {act}\n".replace("{option}", "'--token'"))
    done = cli.invoke(args=["script", "run", "mend", "--token", SECRET])
    assert done.exit_code in (1, 2)
    said = done.stdout + done.stderr + str(runs.get(1).error) + "".join(runs.log_lines(runs.get(1)))
    assert "***" in done.stderr
    assert "geheim" not in said


def test_a_call_does_not_tell_it(cli: FlaskCliRunner, write: Write) -> None:
    write(f"{OPTION}    run.external(str.upper, value)\n".replace("{option}", "'--token'"))
    done = cli.invoke(args=["script", "run", "mend", "--token", SECRET, "--dry-run"])
    assert "upper('***')" in done.stderr or 'upper("***")' in done.stderr
    as_json = cli.invoke(args=["script", "run", "mend", "--token", SECRET, "--json"])
    assert json.loads(as_json.stdout)["external"]
    assert "geheim" not in done.stderr + as_json.stdout + as_json.stderr


def test_an_item_that_fails_does_not_tell_it(cli: FlaskCliRunner, write: Write) -> None:
    body = "    for batch in run.batches([1], on_error='skip'):\n        with batch.isolated(1):\n"
    write(f"{OPTION}{body}            raise ValueError(value)\n".replace("{option}", "'--token'"))
    done = cli.invoke(args=["script", "run", "mend", "--token", SECRET])
    assert (done.exit_code, runs.failures_of(1)[0][1]) == (0, "ValueError: ***")
    assert "geheim" not in done.stderr + "".join(runs.log_lines(runs.get(1)))


def test_a_password_inside_a_url_is_kept_out_everywhere(cli: FlaskCliRunner, write: Write) -> None:
    write(f"{OPTION}    raise ValueError('geheim is wrong')\n".replace("{option}", "'--dsn'"))
    url, query = "mysql://li:geheim@shop/x", "SELECT 0 AS 'ftp://li:hidden@x'"
    args = ["--dsn", url, "--reason", f"try {url}", "--pause-while", query]
    done = cli.invoke(args=["script", "run", "mend", *args])
    assert done.exit_code == 1
    row = runs.get(1)
    assert row.arguments == {"dsn": "mysql://li:***@shop/x"}
    assert row.reason == "try mysql://li:***@shop/x"
    assert "geheim" not in f"{done.stderr}{row.error}"
    assert "hidden" not in str(row.options)
    done = cli.invoke(args=["runs", "resume", "1"])
    assert done.exit_code == 5
    assert "hold a secret that the ledger does not keep: dsn, --pause-while" in done.stderr


def test_stars_that_are_no_secret_keep_a_run_resumable(
    cli: FlaskCliRunner, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(OPTION.replace("{option}", "'--rating'") + "    assert not os.environ.get('NO')\n")
    monkeypatch.setenv("NO", "1")
    assert cli.invoke(args=["script", "run", "mend", "--rating", "***"]).exit_code == 1
    monkeypatch.delenv("NO")
    assert cli.invoke(args=["runs", "resume", "1"]).exit_code == 0


def test_a_run_with_a_secret_is_not_resumed(cli: FlaskCliRunner, write: Write) -> None:
    write(OPTION.replace("{option}", "'--pin', hide_input=True") + "    raise ValueError\n")
    assert cli.invoke(args=["script", "run", "mend", "--pin", "4711"]).exit_code == 1
    done = cli.invoke(args=["runs", "resume", "1"])
    assert done.exit_code == 5
    assert "pin" in done.stderr
