"""The splitter: what hides a delimiter, on MySQL and on SQLite, whatever the size of what is read at a time."""

from __future__ import annotations

import io
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Failed
from app.services.sql import statements as sql_statements
from app.services.sql.statements import MYSQL, SQLITE, Syntax, statements

READ_SIZES = (1, 2, 3, 7, 64, sql_statements.READ_SIZE)


def split(text: bytes | str, syntax: Syntax = MYSQL) -> list[tuple[int, str]]:
    """Split with every size of reading; all must give the same."""
    data = text.encode() if isinstance(text, str) else text
    results = []
    with pytest.MonkeyPatch.context() as patch:
        for size in READ_SIZES:
            patch.setattr(sql_statements, "READ_SIZE", size)
            results.append([(found.line, found.text.decode()) for found in statements(io.BytesIO(data), syntax)])
    assert all(result == results[0] for result in results)
    return results[0]


@pytest.mark.parametrize("syntax", [MYSQL, SQLITE], ids=["mysql", "sqlite"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n;;\n ; ", []),
        ("-- nothing but a comment", []),
        ("SELECT 1", [(1, "SELECT 1")]),
        ("SELECT 1;\nSELECT 2;\n", [(1, "SELECT 1"), (2, "SELECT 2")]),
        ("SELECT 1 ; SELECT 2", [(1, "SELECT 1"), (1, "SELECT 2")]),
        ("-- a; b\n/* c;\n d */\n\nSELECT\n1;SELECT 2", [(5, "SELECT\n1"), (6, "SELECT 2")]),
        ("SELECT 'a;b', \"c;d\", `e;f`; x", [(1, "SELECT 'a;b', \"c;d\", `e;f`"), (1, "x")]),
        ("SELECT 'it''s;', `a``;`; x", [(1, "SELECT 'it''s;', `a``;`"), (1, "x")]),
        ("SELECT 1 -- x;\n, 2; y", [(1, "SELECT 1 -- x;\n, 2"), (2, "y")]),
        ("SELECT 1 /* ; */ + 2; y", [(1, "SELECT 1 /* ; */ + 2"), (1, "y")]),
        ("SELECT 6/2-1*3; y", [(1, "SELECT 6/2-1*3"), (1, "y")]),
        ("SELECT '中；文;'; y", [(1, "SELECT '中；文;'"), (1, "y")]),
        ("SELECT 1 -", [(1, "SELECT 1 -")]),
        ("\r\nSELECT 1;\r\nSELECT 2;\r\n", [(2, "SELECT 1"), (3, "SELECT 2")]),
    ],
)
def test_statements_end_at_delimiters_that_nothing_hides(
    syntax: Syntax, text: str, expected: list[tuple[int, str]]
) -> None:
    assert split(text, syntax) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"SELECT 'it\'s;', '\\'; x", [(1, r"SELECT 'it\'s;', '\\'"), (1, "x")]),
        ("SELECT 1 # a; it's\n; x", [(1, "SELECT 1 # a; it's"), (2, "x")]),
        ("SELECT 1--1; x", [(1, "SELECT 1--1"), (1, "x")]),
        ("/*!40101 SET @a=1 */;\n/*! SET @b=1 */;", [(1, "/*!40101 SET @a=1 */"), (2, "/*! SET @b=1 */")]),
        ("/*M!100100 SET @a=1 */;", [(1, "/*M!100100 SET @a=1 */")]),
        ("/*M!999999\\- enable the sandbox mode */ \n-- x\n/*!40101 SET @a=1 */;", [(3, "/*!40101 SET @a=1 */")]),
        ("/*!999999\\- enable the sandbox mode */\nSELECT 1;", [(2, "SELECT 1")]),
        ("/*!50003 a; '*/' /* ; */ -- it's\n b; */; x", [(1, "/*!50003 a; '*/' /* ; */ -- it's\n b; */"), (2, "x")]),
        ("/*!50003 a; /*!1 b; */ c; */; x", [(1, "/*!50003 a; /*!1 b; */ c; */"), (1, "x")]),
        ("CREATE /*!32312 IF NOT EXISTS*/ a; x", [(1, "CREATE /*!32312 IF NOT EXISTS*/ a"), (1, "x")]),
    ],
)  # fmt: skip
def test_mysql_has_backslashes_hashes_and_conditional_comments(text: str, expected: list[tuple[int, str]]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize("delimiter", [";;", "$$", "//", "|", "go", "***", "#", "--", "$END_OF_IT$"])
@pytest.mark.parametrize("word", ["DELIMITER", "delimiter", "Delimiter"])
def test_delimiter_lines_choose_any_delimiter(delimiter: str, word: str) -> None:
    text = f"SELECT 1;\n{word} {delimiter}\nCREATE x BEGIN\n a; b;\nEND {delimiter}\ny{delimiter}\n{word} ;\nSELECT 2;"
    assert split(text) == [(1, "SELECT 1"), (3, "CREATE x BEGIN\n a; b;\nEND"), (6, "y"), (8, "SELECT 2")]


def test_half_a_delimiter_ends_nothing() -> None:
    assert split("DELIMITER $$\nSELECT 2 $ 3 $; 4 $$x") == [(2, "SELECT 2 $ 3 $; 4"), (2, "x")]


def test_a_column_called_delimiter_is_no_command() -> None:
    text = "CREATE TABLE a (\ndelimiter int)"
    assert split(text + ";") == [(1, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"SELECT '\'; x", [(1, r"SELECT '\'"), (1, "x")]),
        ("SELECT [a;b]; x", [(1, "SELECT [a;b]"), (1, "x")]),
        ("SELECT 1 --x;\n; y", [(1, "SELECT 1 --x;"), (2, "y")]),
        ("DELIMITER ;;", [(1, "DELIMITER")]),
        ("SELECT 1 # 2; x", [(1, "SELECT 1 # 2"), (1, "x")]),
    ],
)
def test_sqlite_has_none_of_these(text: str, expected: list[tuple[int, str]]) -> None:
    assert split(text, SQLITE) == expected


def test_a_sqlite_trigger_ends_where_its_body_ends() -> None:
    trigger = (
        "CREATE /* x */ TEMP TRIGGER a AFTER INSERT ON b BEGIN\n"
        " SELECT CASE WHEN 1 THEN 'END;' END; -- END;\n INSERT INTO c VALUES (1);\nEND"
    )
    assert split(f"{trigger};\nSELECT 1;", SQLITE) == [(1, trigger), (5, "SELECT 1")]


def test_a_sqlite_trigger_that_never_ends_takes_the_rest_in_no_long_time() -> None:
    text = b"CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1;\n" + b"INSERT INTO c VALUES (1);\n" * 20_000
    started = time.process_time()
    assert len(list(statements(io.BytesIO(text), SQLITE))) == 1
    assert time.process_time() - started < 5  # looked through at each delimiter it would take 20


def test_a_byte_order_mark_is_skipped() -> None:
    data = b"\xef\xbb\xbf-- x\nSELECT 1"
    assert [found.line for found in statements(io.BytesIO(data), MYSQL)] == [2]


@pytest.mark.parametrize("syntax", [MYSQL, SQLITE], ids=["mysql", "sqlite"])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x;\n\nSELECT 'a''b;\nc;\n", "line 3: a ' opens here and is never closed."),
        ('SELECT "a;\n', 'line 1: a " opens here and is never closed.'),
        ("x;\n `a``;\n", "line 2: a ` opens here and is never closed."),
        ("x\n+ /* a;\n", "line 2: a comment opens here and is never closed."),
        ("x;\n/* a;\n", "line 2: a comment opens here and is never closed."),
    ],
)
def test_what_is_never_closed_is_named_by_the_line_where_it_opens(syntax: Syntax, text: str, message: str) -> None:
    with pytest.raises(Failed) as raised:
        split(text, syntax)
    assert raised.value.message == message


@pytest.mark.parametrize("line", ["DELIMITER", "DELIMITER \n", "DELIMITER a\\b\n", f"DELIMITER {'x' * 17}\n"])
def test_a_delimiter_line_needs_a_delimiter(line: str) -> None:
    with pytest.raises(Failed, match="line 2: DELIMITER takes"):
        split("SELECT 1;\n" + line)


TOKENS = {
    "mysql": ["a", "1.5", "=", "-", "/", "*", "(", ")", "'x;\\'y'", '"z;"', "`q;`", "'é;中'", "/* c; ' */", "-- d;'\n",
              "# e;\n", "/*!50003 f; 'g*/' */", "''", "'it''s;'", "$", "\\", "begin"],
    "sqlite": ["a", "1.5", "=", "- 1", "/", "*", "(", ")", "'x;\\'", '"z;"', "`q;`", "[r;s']", "'é;中'", "/* c; ' */",
               "-- d;'\n", "''", "'it''s;'", "$", "\\", "begin"],
}  # fmt: skip


@pytest.mark.parametrize("syntax", [MYSQL, SQLITE], ids=["mysql", "sqlite"])
@given(data=st.data(), size=st.integers(1, 100))
def test_statements_joined_come_back(syntax: Syntax, data: st.DataObject, size: int) -> None:
    tokens = st.sampled_from(TOKENS["mysql" if syntax is MYSQL else "sqlite"])
    # A statement begins with a word: a comment there would be cut off.
    statement = st.lists(tokens, max_size=8).map(lambda words: " ".join(["SELECT", *words]).rstrip())
    wanted = data.draw(st.lists(statement, max_size=6))
    line, expected = 1, []
    for text in wanted:
        expected.append((line, text.encode()))
        line += text.count("\n") + 2
    joined = "".join(text + "\n;\n" for text in wanted).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sql_statements, "READ_SIZE", size)
        assert [(found.line, found.text) for found in statements(io.BytesIO(joined), syntax)] == expected


def test_long_insert_lines_are_split_fast() -> None:
    row = rb"(17,'some text here','O\'Brien; \"x\"',NULL,3.14,'2020-01-01 00:00:00','" + "中文".encode() + b"')"
    dump = (b"INSERT INTO `t` VALUES " + b",".join([row] * 10_000) + b";\n") * 20
    started = time.process_time()
    assert sum(1 for _ in statements(io.BytesIO(dump), MYSQL)) == 20
    rate = len(dump) / 1e6 / (time.process_time() - started)
    assert rate > 3, f"{rate:.0f} MB/s"  # 40 on a quiet machine of 2026; a byte loop makes 1


def test_one_huge_quote_is_not_scanned_again_for_each_block() -> None:
    quoted = b"INSERT INTO t VALUES ('" + rb"\'; x''y " * 1_000_000 + b"');"
    started = time.process_time()
    assert [len(found.text) for found in statements(io.BytesIO(quoted), MYSQL)] == [len(quoted) - 1]
    assert time.process_time() - started < 5  # 0.4 s; quadratic it would be 10


def test_memory_is_bounded_by_the_largest_statement() -> None:
    class Dump(io.RawIOBase):
        """64 MB of statements of 1 MB each, made as they are read."""

        left = 64

        def read(self, _size: int = -1) -> bytes:
            self.left -= 1
            return (
                b"/*!40000 SET a=1 */;\nINSERT INTO t VALUES ('" + b"x" * 1_000_000 + b"');\n"
                if self.left >= 0
                else b""
            )

    tracemalloc.start()
    try:
        assert sum(1 for _ in statements(Dump(), MYSQL)) == 128
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()
