"""Loading scripts: what is hashed is what runs, and nobody disturbs anybody."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.runner.files.discovery import all_scripts
from app.runner.files.loading import Loaded, load
from tests.script_files import GOOD, put

# Fails if another module takes its name while it is made, as a dataclass would.
SLOW = GOOD.replace(
    "import click\n",
    "import click, sys, time\n"
    "for _ in range(20):\n"
    "    time.sleep(0.005)\n"
    "    assert vars(sys.modules[__name__]) is globals()\n",
)


def test_threads_that_load_one_script_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    put(tmp_path, "recycle/count.py", SLOW)
    (file,) = all_scripts(tmp_path)
    path = list(sys.path)
    with ThreadPoolExecutor(8) as pool:
        found: list[Loaded] = list(pool.map(load, [file] * 8))
    assert len({id(loaded.script) for loaded in found}) == 8
    assert {loaded.sha256 for loaded in found} == {file.sha256()}
    assert sys.path == path


def test_a_changed_file_is_loaded_anew(tmp_path: Path) -> None:
    put(tmp_path, "recycle/count.py", GOOD)
    (file,) = all_scripts(tmp_path)
    first = load(file)
    put(tmp_path, "recycle/count.py", GOOD.replace("Count", "Sum up"))
    second = load(file)
    assert (first.script.help, second.script.help) == ("Count things.", "Sum up things.")
    assert first.sha256 != second.sha256
