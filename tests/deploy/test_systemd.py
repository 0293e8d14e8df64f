"""The units of deploy/systemd: systemd takes every line of them, and finds little that they could do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FlaskProcess
from tests.databases import missing_server
from tests.project_copy import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
# Of 100; 92 is a service without any protection (systemd-analyze(1), "security").
MOST_EXPOSED = 20


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Copy the units, with the programs where they are on this machine: systemd looks for them."""
    if shutil.which("systemd-analyze") is None:
        missing_server("units are checked by systemd-analyze (Debian: systemd)")
    shutil.copytree(UNITS, tmp_path / "units")
    for unit in (tmp_path / "units").glob("*.service"):
        programs = unit.read_text().replace("/opt/opsdesk/.venv/bin", str(Path(sys.executable).parent))
        unit.write_text(programs)
    return tmp_path / "units"


def analyze(*arguments: object) -> str:
    """Run systemd-analyze, which must find nothing wrong; return what it says."""
    done = subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_takes_every_unit(units: Path) -> None:
    said = analyze("verify", "--man=no", *(path for path in sorted(units.iterdir()) if path.is_file()))
    assert str(units) not in said, said


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_do_little(units: Path, name: str) -> None:
    analyze("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", units / name)


@pytest.mark.parametrize(
    ("name", "mode"),
    [("opsdesk-web", "process"), ("opsdesk-sweep", "process"), ("opsdesk-worker@", "mixed")],
)
def test_what_goes_on_in_a_process_of_its_own_outlives_who_started_it(name: str, mode: str) -> None:
    text = (UNITS / f"{name}.service").read_text()
    assert f"\nKillMode={mode}\n" in text
    keeps_its_files = "\nEnvironment=TMPDIR=/var/lib/opsdesk/tmp\n" in text  # PrivateTmp goes with the unit
    assert keeps_its_files == (mode == "process")


def test_a_command_sees_the_files_of_people(units: Path) -> None:
    """`deploy/opsdesk.sh` names its unit so that it has a drop-in of its own after that of all services."""
    assert '--unit="opsdesk-command-$$"' in (ROOT / "deploy" / "opsdesk.sh").read_text()
    command = units / "opsdesk-command-1.service"
    command.write_text(f"[Service]\nExecStart={sys.executable} --version\n")
    assert str(units) not in (said := analyze("verify", "--man=no", command)), said
    set_ = {}
    for unit in (command, units / "opsdesk-web.service"):
        found = json.loads(analyze("security", "--offline=true", "--json=short", unit))
        set_[unit.name] = {one["json_field"]: one["set"] for one in found}
    differs = [name for name, is_set in set_["opsdesk-web.service"].items() if is_set != set_[command.name][name]]
    assert differs == ["PrivateTmp"]


def commands_of_units() -> list[list[str]]:
    """Return the words of each flask command that a unit runs."""
    found = re.findall(
        r"^ExecStart=\S+/flask (.*)$", "\n".join(path.read_text() for path in UNITS.glob("*.service")), re.M
    )
    return [command.split() for command in found]


@pytest.mark.parametrize("words", commands_of_units(), ids=" ".join)
def test_units_run_commands_that_exist(words: list[str], flask_process: FlaskProcess) -> None:
    done = flask_process(*words, "--help")
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in words if word.startswith("--"))
