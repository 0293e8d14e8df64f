"""The delimiter of a text file, by its first records."""

from __future__ import annotations

import pytest

from app.sheets.problems import NotASpreadsheet
from app.sheets.read.delimited.delimiters import ONE_COLUMN, find_delimiter, sep_line


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a;b\n1,5;2,5\n3,5;4,5\n5,5;6,5\n", ";"),
        ("a\tb, c\n1\t2\n", "\t"),
        ("a|b|c\r\n1|2|3\r\n", "|"),
        ('a,b\n"x;y;z",2\n"x;y;z",2\n', ","),
        ('a;b\n"1\n2";3\n', ";"),
        ("June, all shops\n\na;b;c\n1;2;3\n4;5;6\n", ";"),
        ("a,b,c\n1,2\n3,4,5\n", ","),
        ("a,b", ","),
        ("a,b;c,d;e\n1,2;3,4;5\n", ","),
        ("a,b\u2028c\n1,2\n3,4\n", ","),
        ("sku\nA\nB\n", ONE_COLUMN),
        ("sku", ONE_COLUMN),
        ("", ONE_COLUMN),
        ("\n\n", ONE_COLUMN),
        ('note\n"hello, world"\n', ONE_COLUMN),
    ],
)
def test_delimiter_is_found(text: str, delimiter: str) -> None:
    assert find_delimiter(text, is_whole=True) == delimiter


def test_record_that_is_cut_off_does_not_count() -> None:
    assert find_delimiter("a;b,c;d,e;f\n1,2", is_whole=False) == ";"
    assert find_delimiter("a,b", is_whole=False) == ","


@pytest.mark.parametrize("text", ["Dear Sir,\nI write\nto you\nas I must\n", "x = 1\nf(a, b)\ny = 2\nz = 3\n"])
def test_text_without_columns_is_refused(text: str) -> None:
    with pytest.raises(NotASpreadsheet, match="text without columns"):
        find_delimiter(text, is_whole=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sep=;\r\na;b", (";", "sep=;\r\n")),
        ("SEP=\t\na", ("\t", "SEP=\t\n")),
        ('"sep=|"\na', ("|", '"sep=|"\n')),
        ("sep=,", (",", "sep=,")),
        ("sep,a\n", ("", "")),
        ("sep=;a\n", ("", "")),
        ("", ("", "")),
    ],
)
def test_first_line_may_name_the_delimiter(text: str, found: tuple[str, str]) -> None:
    assert sep_line(text) == found
