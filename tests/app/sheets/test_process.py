"""The reading process: whatever happens to it, its parent says one clear thing and keeps nothing open."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.errors import AppError, Failed
from app.sheets.frames import COLUMNS, TEXT, Book, CellsJob, ConvertJob, ProfileJob
from app.sheets.inspect.profile import Sighting
from app.sheets.plan import MappedColumn, Plan
from app.sheets.problems import DamagedFile, EmptySheet, NoSuchSheet, NotASpreadsheet, RefusedFile
from app.sheets.process import Limits, Reader
from app.sheets.table import Column, Table
from tests.conftest import ROOT
from tests.workbooks import worksheet, write_xlsx, zipped

LIMITS = Limits(memory_mb=1024, seconds=60)
SOON = 10  # seconds, on a busy machine; what is started and ended takes a tenth of them


def rows(count: int) -> str:
    """Return a header and that many rows of a text and a number."""
    return "<row><c t='str'><v>name</v></c><c t='str'><v>n</v></c></row>" + "".join(
        f"<row><c t='str'><v>text {n}</v></c><c><v>{n}</v></c></row>" for n in range(count)
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a workbook of three rows."""
    return write_xlsx(tmp_path / "book.xlsx", rows(3))


@pytest.fixture
def long_file(tmp_path: Path) -> Path:
    """Give a workbook of more rows than the pipes hold."""
    return write_xlsx(tmp_path / "long.xlsx", rows(20_000))


def job(sink: str = COLUMNS, kind: str = "text") -> ConvertJob:
    """Return a job that reads both columns of such a workbook."""
    columns = (Column("name", kind, kind), Column("n", "integer", "bigint"))
    mapped = tuple(MappedColumn(place, column.name, column, "name") for place, column in enumerate(columns))
    return ConvertJob(Plan("Sheet1", 1, Table("t", columns), mapped), sink)


def open_files() -> int:
    """Return how many files this process has open."""
    return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0


def children() -> set[str]:
    """Return the processes that this one has started, those too that have ended and were not waited for."""
    found = (task.read_text() for task in Path("/proc/self/task").glob("*/children"))
    return {pid for text in found for pid in text.split()}


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    """Check that a test leaves no process, no thread that still waits, and no open file."""
    before, ours = open_files(), children()
    threads = threading.active_count()
    yield
    deadline = time.monotonic() + SOON
    while (open_files() > before or threading.active_count() > threads) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert open_files() <= before
    assert threading.active_count() <= threads
    assert children() - ours == set()


@pytest.fixture
def took_no_time() -> Iterator[None]:
    """Check that the test ends soon."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < SOON


def kill(reader: Reader, number: int) -> None:
    """Send a signal to the reading process."""
    os.kill(reader._process.pid, number)


# What it answers


def test_a_header_is_answered(file: Path) -> None:
    with Reader(file, LIMITS) as reader:
        head = reader.head(None, None)
    assert (head.sheet, head.header_row, head.headers) == ("Sheet1", 1, [(0, "name"), (1, "n")])


def test_rows_are_answered_in_both_forms_and_summed_up(file: Path) -> None:
    with Reader(file, LIMITS) as reader:
        reader.head(None, None)
        (batch,) = reader.batches(job())
        assert (list(batch.numbers), batch.rows) == ([2, 3, 4], [["text 0", "text 1", "text 2"], [0, 1, 2]])
        assert reader.summary is not None
        assert (reader.summary.rows, reader.summary.filled) == (3, [3, 3])
        (batch,) = reader.batches(job(TEXT))
        assert batch.rows == b"text 0\t0\ntext 1\t1\ntext 2\t2\n"


def test_a_profile_is_answered(file: Path) -> None:
    with Reader(file, LIMITS) as reader:
        reader.head(None, None)
        told: list[tuple[int, float]] = []
        found = reader.profile(ProfileJob("Sheet1", 1, (0, 1)), lambda *progress: told.append(progress))
    assert (found.rows, found.used, told) == (3, (1, 0, 4, 1), [(3, 1.0)])
    assert [column.types for column in found.columns] == [
        {"str": Sighting(3, 2, '"text 0"')},
        {"int": Sighting(3, 2, "0")},
    ]


@pytest.mark.parametrize("dimension", ["A1:B2", "A1:XFD1048576", ""])
def test_the_share_that_was_read_is_told_whatever_a_sheet_says_of_its_size(tmp_path: Path, dimension: str) -> None:
    sheet = worksheet(rows(20_000), before=f'<dimension ref="{dimension}"/>' if dimension else "")
    path = write_xlsx(tmp_path / "long.xlsx", {"Sheet1": sheet})
    with Reader(path, LIMITS) as reader:
        reader.head(None, None)
        shares = [batch.share for batch in reader.batches(job())]
    assert len(shares) > 2
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.9
    assert shares[-1] == 1.0


def test_the_sheets_of_a_file_are_answered(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "book.xlsx", {"订单": worksheet(""), "Sheet2": worksheet("")})
    with Reader(path, LIMITS) as reader:
        assert reader.book() == Book("xlsx", [("订单", True), ("Sheet2", True)], "")


def test_after_a_reject_there_are_no_rows_but_a_summary(file: Path) -> None:
    with Reader(file, LIMITS) as reader:
        reader.head(None, None)
        assert list(reader.batches(job(kind="integer"))) == []
        assert reader.summary is not None
        assert reader.summary.rejected == 3
        assert [reject.row for reject in reader.summary.rejects] == [2, 3, 4]


def test_a_job_may_be_left_and_another_begun(long_file: Path) -> None:
    with Reader(long_file, LIMITS) as reader:
        reader.head(None, None)
        next(reader.batches(job()))
        assert sum(len(batch.numbers) for batch in reader.batches(job())) == 20_000
        next(reader.batches(job()))
        assert reader.head(None, None).sheet == "Sheet1"


def test_rows_are_answered_as_they_stand(long_file: Path) -> None:
    with Reader(long_file, LIMITS) as reader:
        reader.head(None, None)
        list(reader.batches(job(kind="integer")))
        rejected = reader.summary
        found = [row for chunk in reader.cells(CellsJob("Sheet1", frozenset({3, 15_000}))) for row in chunk.rows()]
        assert found == [(3, {0: "text 1", 1: 1}), (15_000, {0: "text 14998", 1: 14_998})]
        assert reader.summary is rejected


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", NotASpreadsheet),
        (b"%PDF-1.7", NotASpreadsheet),
        (b"PK\x03\x04", DamagedFile),
        (zipped({"a": "b"}), NotASpreadsheet),
        (zipped({f"{n}": "" for n in range(10_001)}), RefusedFile),
    ],
)
def test_what_is_wrong_with_a_file_is_the_problem_it_is(tmp_path: Path, data: bytes, problem: type[AppError]) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(data)
    with Reader(path, LIMITS) as reader, pytest.raises(problem, match=r"^bad\.xlsx: "):
        reader.head(None, None)


def test_what_is_wrong_with_a_sheet_is_the_problem_it_is(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "book.xlsx", {"Empty": worksheet("")})
    with Reader(path, LIMITS) as reader:
        with pytest.raises(NoSuchSheet, match="There is no sheet"):
            reader.head("Orders", None)
        with pytest.raises(EmptySheet, match="has nothing"):
            reader.head(None, None)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with Reader(tmp_path / "none.xlsx", LIMITS) as reader, pytest.raises(Failed, match=r"none\.xlsx: No such file"):
        reader.head(None, None)


def test_a_folder_is_told(tmp_path: Path) -> None:
    with Reader(tmp_path, LIMITS) as reader, pytest.raises(Failed, match="Is a directory"):
        reader.head(None, None)


def test_a_name_that_is_no_utf8_is_read(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/b\xff\xfek.xlsx"))
    write_xlsx(path, rows(1))
    with Reader(path, LIMITS) as reader:
        assert reader.head(None, None).sheet == "Sheet1"


# What may happen to it


@pytest.mark.usefixtures("took_no_time")
def test_a_process_that_is_killed_while_it_reads_is_told(long_file: Path) -> None:
    with Reader(long_file, LIMITS) as reader:
        reader.head(None, None)
        batches = reader.batches(job())
        next(batches)
        kill(reader, signal.SIGKILL)
        with pytest.raises(Failed, match=r"long\.xlsx: the reading process was killed"):
            list(batches)


@pytest.mark.usefixtures("took_no_time")
def test_a_process_that_is_killed_before_it_is_asked_is_told(file: Path) -> None:
    with Reader(file, LIMITS) as reader:
        kill(reader, signal.SIGKILL)
        reader._process.wait()
        with pytest.raises(Failed, match="the reading process was killed"):
            reader.head(None, None)


@pytest.mark.usefixtures("took_no_time")
def test_a_process_that_crashes_is_told_as_damage(file: Path) -> None:
    with Reader(file, LIMITS) as reader:
        kill(reader, signal.SIGSEGV)
        with pytest.raises(DamagedFile, match="the reading process died on this file"):
            reader.head(None, None)


@pytest.mark.usefixtures("took_no_time")
def test_a_process_that_takes_too_long_is_ended(file: Path) -> None:
    with Reader(file, Limits(1024, 1)) as reader:
        kill(reader, signal.SIGSTOP)
        with pytest.raises(RefusedFile, match=r"reading took longer than 1 s.*IMPORT_TIMEOUT_S"):
            reader.head(None, None)


def test_a_process_that_needs_too_much_memory_is_told(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    write_xlsx(path, "<row><c t='str'><v>" + "x" * 50_000_000 + "</v></c></row>")
    with Reader(path, Limits(150, 60)) as reader, pytest.raises(RefusedFile, match="more than 150 MiB of memory"):
        reader.head(None, None)


@pytest.mark.usefixtures("took_no_time")
def test_a_process_that_cannot_even_start_in_its_memory_is_told(file: Path) -> None:
    with Reader(file, Limits(8, 60)) as reader, pytest.raises(AppError, match=r"^book\.xlsx: "):
        reader.head(None, None)


def test_a_grid_that_is_all_claim_is_refused(tmp_path: Path) -> None:
    office, table = ("urn:oasis:names:tc:opendocument:xmlns:" + name + ":1.0" for name in ("office", "table"))
    cell = '<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    content = (
        f'<office:document-content xmlns:office="{office}" xmlns:table="{table}"><office:body><office:spreadsheet>'
        f'<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    path = tmp_path / "bomb.ods"
    mimetype = "application/vnd.oasis.opendocument.spreadsheet"
    path.write_bytes(zipped({"mimetype": mimetype, "META-INF/manifest.xml": manifest, "content.xml": content}))
    with Reader(path, Limits(300, 60)) as reader, pytest.raises(AppError, match=r"^bomb\.ods: "):
        reader.head(None, None)


FAKE = """#!{python}
import os, sys, time
out = sys.stdout.buffer
{body}
"""


@pytest.fixture
def pretend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let another program take the place of the reading process."""

    def replace(body: str) -> None:
        program = tmp_path / "fake"
        program.write_text(FAKE.format(python=sys.executable, body=body))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr("app.sheets.process.sys.executable", str(program))

    return replace


@pytest.mark.usefixtures("took_no_time")
@pytest.mark.parametrize(
    "body",
    [
        "out.write(b'Hello, world! This is no frame.' * 10); out.flush(); time.sleep(60)",
        "out.write(b'H' + bytes(4)); out.flush(); time.sleep(60)",
        "out.write(b'H' + (2).to_bytes(4, 'little') + b'[]'); out.flush(); time.sleep(60)",
        "out.write(b'H' + (2).to_bytes(4, 'little') + b'\\xff\\xff'); out.flush(); time.sleep(60)",
        "out.write(b'P' + (2).to_bytes(4, 'little') + b'{}'); out.flush(); time.sleep(60)",
        "out.write(b'E' + (2).to_bytes(4, 'little') + b'{}'); out.flush(); time.sleep(60)",
        "out.write(b'H' + (2).to_bytes(4, 'little') + b'{}'); out.flush(); time.sleep(60)",
    ],
)
def test_rubbish_for_an_answer_is_told(file: Path, pretend: Callable[[str], None], body: str) -> None:
    pretend(body)
    with Reader(file, LIMITS) as reader, pytest.raises(Failed, match=r"book\.xlsx: the reading process answered"):
        reader.head(None, None)


@pytest.mark.usefixtures("took_no_time")
@pytest.mark.parametrize(
    "body",
    [
        "out.write(b'B' + (3).to_bytes(4, 'little') + b'abc'); out.flush(); time.sleep(60)",
        "out.write(b'B' + (1).to_bytes(4, 'little') + b'N'); out.flush(); time.sleep(60)",
        "out.write(b'E' + (2).to_bytes(4, 'little') + b'{}'); out.flush(); time.sleep(60)",
        "out.write(b'Z' + (0).to_bytes(4, 'little')); out.flush(); time.sleep(60)",
    ],
)
def test_rubbish_for_rows_is_told(file: Path, pretend: Callable[[str], None], body: str) -> None:
    pretend(body)
    with Reader(file, LIMITS) as reader, pytest.raises(Failed, match=r"book\.xlsx: the reading process answered"):
        list(reader.batches(job()))


@pytest.mark.usefixtures("took_no_time")
@pytest.mark.parametrize(
    "body",
    [
        "",
        "out.write(b'H'); out.flush()",
        "out.write(b'H' + (100).to_bytes(4, 'little') + b'short'); out.flush()",
        "sys.exit(3)",
        "print('last words', file=sys.stderr); sys.exit(1)",
    ],
)
def test_an_answer_that_breaks_off_is_told(file: Path, pretend: Callable[[str], None], body: str) -> None:
    pretend(body)
    with Reader(file, LIMITS) as reader, pytest.raises(AppError, match="the reading process died") as error:
        reader.head(None, None)
    if "last words" in body:
        assert "last words" in str(error.value)


@pytest.mark.usefixtures("took_no_time")
def test_a_process_that_closes_its_output_and_lives_on_is_ended(file: Path, pretend: Callable[[str], None]) -> None:
    pretend("os.close(1); time.sleep(60)")
    with Reader(file, LIMITS) as reader, pytest.raises(AppError, match="the reading process"):
        reader.head(None, None)


# Where it runs


def test_the_callers_environment_does_not_break_it(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app").mkdir()
    for name in ("app/__init__.py", "json.py", "pickle.py", "flask.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('not this one')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONINSPECT", "1")
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "json.py"))
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    monkeypatch.chdir(tmp_path)
    with Reader(Path(file.name), LIMITS) as reader:
        assert reader.head(None, None).sheet == "Sheet1"


def test_limits_that_the_caller_is_under_stay(file: Path) -> None:
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (50, 50))\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({2 << 30}, {2 << 30}))\n"
        "from app.sheets.process import Limits, Reader\n"
        "with Reader(Path(sys.argv[1]), Limits(4096, 60)) as reader:\n"
        "    print(reader.head(None, None).sheet)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, file], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("Sheet1\n", "")


def test_a_parent_that_is_killed_leaves_no_process_behind(long_file: Path) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from app.sheets.process import Limits, Reader\n"
        "reader = Reader(Path(sys.argv[1]), Limits(1024, 60))\n"
        "reader.head(None, None)\n"
        "print(reader._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, long_file], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + SOON
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(child)


def is_running(pid: int) -> bool:
    """Tell whether there is such a process that is not only waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_ctrl_c_is_the_parents_matter(file: Path) -> None:
    with Reader(file, LIMITS) as reader:
        reader.head(None, None)
        kill(reader, signal.SIGINT)
        assert reader.head(None, None).sheet == "Sheet1"


def test_closing_twice_or_without_a_question_is_no_harm(file: Path) -> None:
    reader = Reader(file, LIMITS)
    reader.close()
    reader.close()


def test_readers_at_once_do_not_disturb_each_other(file: Path) -> None:
    readers = [Reader(file, LIMITS) for _ in range(4)]
    try:
        assert [reader.head(None, None).sheet for reader in readers] == ["Sheet1"] * 4
    finally:
        for reader in readers:
            reader.close()
