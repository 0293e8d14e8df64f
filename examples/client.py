#!/usr/bin/env python3
"""A client of the opsdesk API: imports a sheet, once a dry run shows that it fits, and runs scripts.

    export OPSDESK_URL=http://127.0.0.1:5000 OPSDESK_TOKEN=opsdesk_...     # flask tokens create NAME
    python examples/client.py import orders.xlsx orders
    python examples/client.py run recycle/flush_calendar years=2026 --dry-run

Exit codes are those of the command line: 0 done, 1 failed, 2 wrong usage, 3 rows were rejected and nothing was
written, 4 busy, 5 refused, 130 interrupted. It needs httpx alone; copy it, and make it yours.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

TRIES = 8
LONGEST_PAUSE_S = 30.0
WAIT_S = 20  # how long one answer about a run may take
PASSING = (429, 503)  # too many requests; the database is away for a moment
DONE, FAILED, WRONG_USAGE, REJECTED, BUSY, REFUSED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
EXIT_CODES = {401: REFUSED, 403: REFUSED, 409: BUSY, 422: WRONG_USAGE}

Json = dict[str, Any]


class Problem(Exception):
    """What the server says went wrong (RFC 9457)."""

    def __init__(self, answer: httpx.Response) -> None:
        """Take the words of an answer."""
        is_problem = answer.headers.get("Content-Type", "").startswith("application/problem+json")
        told: Json = answer.json() if is_problem else {"detail": f"{answer.status_code} {answer.reason_phrase}"}
        super().__init__(f"{told.get('detail') or told.get('title')} {told.get('hint', '')}".strip())
        self.exit_code = EXIT_CODES.get(answer.status_code, FAILED)


class Client:
    """The operations of the API that this needs, each sent again where a link or the server fails for a moment."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        """Talk to the server at `url`, by `transport` if that is no plain connection."""
        base, headers = f"{url.rstrip('/')}/api/v1/", {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=base, headers=headers, timeout=WAIT_S + 40, transport=transport)

    def close(self) -> None:
        """Talk no more."""
        self._http.close()

    def upload(self, file: Path) -> str:
        """Send a workbook, and return the token of the upload."""
        answer = self._send("POST", "imports/uploads", files={"file": (file.name, file.read_bytes())})
        return str(answer.json()["token"])

    def dry_run(self, upload: str, table: str, **how: Any) -> Json:
        """Try the import of an upload, and return the run once it has ended."""
        return self.ended(self._start(f"imports/uploads/{upload}/dry-runs", {"table": table, **how}))

    def confirm(self, upload: str, trial: int, table: str) -> Json:
        """Import what a dry run has tried, and return the run once it has ended."""
        return self.ended(self._start(f"imports/uploads/{upload}/dry-runs/{trial}/confirm", {"table": table}))

    def rejects(self, run: int) -> bytes:
        """Return the rows that an import could not load, as a workbook to mend."""
        return self._send("GET", f"imports/runs/{run}/rejects.xlsx").content

    def run_script(self, script: str, parameters: Json, **how: Any) -> Json:
        """Run a script, FOLDER/NAME, and return the run once it has ended."""
        return self.ended(self._start(f"scripts/{script}/runs", {"parameters": parameters, **how}))

    def parameters(self, script: str) -> Json:
        """Return the JSON Schema of what a script takes."""
        schema: Json = self._send("GET", f"scripts/{script}/parameters").json()
        return schema

    def ended(self, run: int) -> Json:
        """Return a run once it has ended and told its result; say meanwhile how far it is."""
        while True:
            found: Json = self._send("GET", f"runs/{run}", params={"wait": WAIT_S}).json()
            if not found["awaited"]:
                return found
            if found["progress_done"]:
                total = f" of {found['progress_total']:,}" if found["progress_total"] else ""
                say(f"Run {run}: {found['progress_done']:,}{total}")
            time.sleep(0.2)

    def _start(self, path: str, asked: Json) -> int:
        """Start a run, once however often this is sent, and return its id."""
        answer = self._send("POST", path, json=asked, headers={"Idempotency-Key": str(uuid.uuid4())})
        return int(answer.json()["id"])

    def _send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send a request until it is answered by more than "not now"; raise Problem for what is refused."""
        for left in reversed(range(TRIES)):
            pause = min(LONGEST_PAUSE_S, 0.25 * 2 ** (TRIES - left))
            try:
                answer = self._http.request(method, path, **given)
            except httpx.TransportError:
                if not left:
                    raise
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in PASSING or not left:
                    raise Problem(answer)
                pause = min(LONGEST_PAUSE_S, float(answer.headers.get("Retry-After", pause)))
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")


def import_sheet(client: Client, asked: argparse.Namespace) -> int:
    """Upload a workbook, try it, and import it if nothing is rejected; fetch what is."""
    upload = client.upload(asked.file)
    trial = client.dry_run(upload, asked.table, mode=asked.mode)
    rejections = (trial["result"] or {}).get("rejections") or {}
    if rejections.get("rejected"):
        asked.rejects.write_bytes(client.rejects(trial["id"]))
        say(f"{rejections['rejected']:,} of {rejections['rows']:,} rows cannot be loaded; nothing was written.")
        for cause in trial["result"]["causes"]:
            cells = ", ".join(f"{cell['cell']} {cell['value']}" for cell in cause["cells"])
            say(f"  {cause['column']}: {cause['cause']} ({cause['count']:,}): {cells}")
        say(f"Mend them in {asked.rejects}, and import that file.")
        return REJECTED
    if asked.dry_run or trial["state"] != "succeeded":
        return report(trial)
    return report(client.confirm(upload, trial["id"], asked.table))


def run_script(client: Client, asked: argparse.Namespace) -> int:
    """Run a script with NAME=VALUE, each as its type says: one that takes a list may be given several times."""
    known: Json = client.parameters(asked.script)["properties"]
    values: Json = {}
    for name, text in asked.parameters:
        schema = known.get(name, {})
        if schema.get("type") == "array":
            values.setdefault(name, []).append(value_of(schema["items"], text))
        else:
            values[name] = value_of(schema, text)
    return report(client.run_script(asked.script, values, dry_run=asked.dry_run))


def report(run: Json) -> int:
    """Say what came of a run, and return the exit code that the command line would have."""
    result, dry = run["result"] or {}, " It was a dry run: nothing was written." if run["dry_run"] else ""
    print(f"Run {run['id']} {run['state']}: {run['name']}.{dry}")
    for table, counts in run["rows"].items():
        print(f"  {table}: " + ", ".join(f"{count:,} {what}" for what, count in counts.items() if count))
    error = result.get("error") or {"message": run["error"] or "", "hint": "", "exit_code": FAILED}
    if run["state"] == "succeeded":
        return DONE
    if error["message"]:
        say(f"{error['message']} {error['hint']}".strip())
    return int(error["exit_code"])


def value_of(schema: Json, text: str) -> Any:
    """Return what a text means where the schema stands; what is no JSON goes as it is, for the server to refuse."""
    if schema.get("type") == "string":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def pair(text: str) -> tuple[str, str]:
    """Return the name and the value of NAME=VALUE."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def say(sentence: str) -> None:
    """Say something to the person, not to what reads our output."""
    print(sentence, file=sys.stderr)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Return what was typed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    sheet = commands.add_parser("import", help="import a workbook, if all of its rows can be loaded")
    sheet.add_argument("file", type=Path)
    sheet.add_argument("table")
    sheet.add_argument("--mode", default="insert", help="insert, upsert, skip or replace")
    sheet.add_argument("--rejects", type=Path, default=Path("rejects.xlsx"), help="where rejected rows go")
    script = commands.add_parser("run", help="run a script")
    script.add_argument("script", metavar="FOLDER/NAME")
    script.add_argument("parameters", nargs="*", metavar="NAME=VALUE", type=pair, default=[])
    for command, act in ((sheet, import_sheet), (script, run_script)):
        command.add_argument("--dry-run", action="store_true", help="only try")
        command.set_defaults(act=act)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Do what was typed, and return the exit code."""
    asked = parsed(arguments)
    url, token = os.environ.get("OPSDESK_URL"), os.environ.get("OPSDESK_TOKEN")
    if not url or not token:
        say("Set OPSDESK_URL and OPSDESK_TOKEN.")
        return WRONG_USAGE
    try:
        with closing(Client(url, token)) as client:
            return int(asked.act(client, asked))
    except Problem as problem:
        say(str(problem))
        return problem.exit_code
    except httpx.HTTPError as error:
        say(f"{url} does not answer as it should: {error}")
        return FAILED
    except OSError as error:
        say(f"{error.filename}: {error.strerror}.")
        return WRONG_USAGE
    except KeyboardInterrupt:
        say("What was started goes on; see the list of runs.")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
