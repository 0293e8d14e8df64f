"""Ask the API for all that its specification allows, and for what it forbids: `python -m tests.fuzz.api`.

schemathesis makes the requests from the specification; the server is gunicorn before a MariaDB database of its own,
where everything may be done: disable users, run scripts, import sheets. A failure is printed with a curl command.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import tomli_w

from tests.browser import people
from tests.browser.console import Console, Installation, serve
from tests.cluster.api import Api
from tests.cluster.hosts import wait_until
from tests.databases import mysql_database
from tests.fuzz.api_scripts import write_scripts
from tests.project_copy import ROOT

SEED = 7
ADMIN = "admin"
SPECIFICATION = "/api/v1/openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")
# For the table of customers; the second one lacks what has to be there.
GOOD, BAD = "name,city\nAda,London\n", "name,city\n,Paris\n"
HOOKS = "tests.fuzz.api_hooks"
# What there is, and the places of requests where it is asked for, this often.
OFTEN = 0.7
KNOWN: dict[str, tuple[list[str] | list[int], tuple[str, ...]]] = {
    "table": (["orders", "customers"], ("path.table", "body.table")),
    "run_id": ([*range(1, 13)], ("path.run_id",)),
    "folder": (["recycle"], ("path.folder",)),
    "script": (["count_orders", "touch_orders"], ("path.name",)),
}
# How what the specification forbids may be refused: too long a body or an address, before anybody looks into it.
REFUSALS = ["400", "401", "403", "404", "405", "409", "413", "414", "415", "422", "429"]
# What would end the fuzzing before its time, or make it wait.
SETTINGS = {"API_RATE_LIMIT": "1000000 per minute"}


@dataclass(frozen=True)
class Target:
    """An API that answers, the token of an admin, and the tokens of uploads that were tried."""

    console: Console
    token: str
    uploads: list[str]

    def operations(self, public: bool = False) -> set[str]:
        """Return what its specification has beside itself, as "GET /api/v1/me"; with `public` what needs no token."""
        with urllib.request.urlopen(self.console.url + SPECIFICATION, timeout=60) as answer:  # noqa: S310 - our own
            paths = json.load(answer)["paths"]
        return {
            f"{method.upper()} {path}"
            for path, operations in paths.items()
            for method, operation in operations.items()
            if method in METHODS and path != SPECIFICATION and not (public and operation.get("security"))
        }


@contextmanager
def target(folder: Path) -> Iterator[Target]:
    """Start an API that has something of everything; nothing is left of it afterwards."""
    with mysql_database() as url:
        scripts = write_scripts(folder / "offline_script")
        installation = Installation(folder / "instance", url, {**SETTINGS, "SCRIPTS_PATH": str(scripts)})
        people.settle(installation)
        installation.flask("import-excel", ROOT / "examples" / "orders.xlsx", "orders")
        installation.flask("script", "run", "count_orders", "--verbose")
        installation.flask("script", "run", "touch_orders", "hello", "--fail", exit_code=1)
        token = installation.flask("tokens", "create", ADMIN, "--name", "schemathesis").strip()
        with serve(installation, workers=2, threads=8) as console, closing(Api(console.url, token)) as api:
            yield Target(console, token, [_upload(api, folder, rows) for rows in (GOOD, BAD)])


def _upload(api: Api, folder: Path, rows: str) -> str:
    """Upload a sheet for the table customers, try to import it, and return the upload's token."""
    (folder / "customers.csv").write_text(rows, encoding="utf-8")
    upload: str = api.upload("/imports/uploads", "file", folder / "customers.csv").json["token"]
    tried = f"/imports/uploads/{upload}/dry-runs"
    run_id = api.post(tried, {"table": "customers"}).json["id"]
    wait_until(lambda: api.get(f"{tried}/{run_id}").json["ended"], "a dry run to end")
    return upload


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        said: what schemathesis printed.
        answers: how often each status came, by operation: `{"GET /api/v1/me": {200: 12}}`.
    """

    exit_code: int
    said: str
    answers: dict[str, dict[int, int]]

    def table(self, operations: set[str]) -> str:
        """Return the answers to these operations as lines of text."""
        width = max(map(len, operations), default=0)
        lines = (
            f"{label:<{width}}  "
            + "  ".join(f"{status} × {times}" for status, times in sorted(self.answers.get(label, {}).items()))
            for label in sorted(operations)
        )
        return "\n".join(lines)

    def well(self, operations: set[str]) -> set[str]:
        """Return those of these operations that were answered well at least once."""
        return {label for label in operations if min(self.answers.get(label, (500,))) < 300}


def fuzz(at: Target, token: str, folder: Path, cases: int, seed: int = SEED) -> Outcome:
    """Have schemathesis ask with that token, or without one.

    Args:
        folder: for what it writes.
        cases: how many requests it makes up for each operation in each phase, at most.
    """
    report = folder / "answers.json"
    options = {
        "checks": "all",
        "phases": "examples,coverage,fuzzing,stateful",
        "max-examples": cases,
        "seed": seed,
        "generation-database": "none",
        "request-timeout": 60,
        "max-response-time": 60,
        "output-sanitize": "false",
    }
    command = [sys.executable, "-m", "schemathesis.cli", f"--config-file={_config(at, folder)}"]
    command += ["run", at.console.url + SPECIFICATION]
    command += [f"--{name}={value}" for name, value in options.items()]
    command += ["--no-color", "--continue-on-failure"]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    database = at.console.installation.database_url
    own = {"SCHEMATHESIS_HOOKS": HOOKS, "FUZZED_DATABASE": database, "FUZZED_ANSWERS": str(report)}
    own |= {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env={**os.environ, **own}, capture_output=True, text=True)
    counted = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    answers = {label: {int(status): times for status, times in each.items()} for label, each in counted.items()}
    return Outcome(done.returncode, done.stdout + done.stderr, answers)


def _config(at: Target, folder: Path) -> Path:
    """Write what schemathesis has to know: what there is, which chance would not find, and how we refuse."""
    names = {name: {"values": values} for name, (values, _) in KNOWN.items()}
    names["token"] = {"values": at.uploads}
    places = {place: name for name, (_, found) in KNOWN.items() for place in found} | {"path.token": "token"}
    bound = {place: {"dictionary": name, "probability": OFTEN} for place, name in places.items()}
    file = folder / "schemathesis.toml"
    checks = {"negative_data_rejection": {"expected-statuses": REFUSALS}}
    config = {"dictionaries": names, "parameters": bound, "checks": checks}
    file.write_text(tomli_w.dumps(config), encoding="utf-8")
    return file


@click.command(help=__doc__)
@click.option("--cases", default=200, show_default=True, help="Requests for each operation and phase, at most.")
@click.option("--seed", default=SEED, show_default=True, help="Another seed makes other requests.")
def main(cases: int, seed: int) -> None:
    """Fuzz with the token of an admin, then without one, and say what was answered."""
    with tempfile.TemporaryDirectory() as name, target(Path(name)) as at:
        outcomes = [fuzz(at, token, Path(name), cases, seed) for token in (at.token, "")]
        operations = at.operations()
    for who, outcome in zip(("an admin", "nobody"), outcomes, strict=True):
        click.echo(f"{outcome.said}\nAsked as {who}, the API answered:\n{outcome.table(operations)}\n")
    sys.exit(max(outcome.exit_code for outcome in outcomes))


if __name__ == "__main__":
    main()
