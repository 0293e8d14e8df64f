"""Which column each header fills: as an import finds it, or as people choose."""

from __future__ import annotations

import pytest

from app.services.imports.header_choices import HeaderChoice, choices_for, choices_for_new, problems_of
from app.sheets.frames import Head
from app.sheets.headers import Header, make_plan
from app.sheets.table import Column, Table

TABLE = Table(
    "orders",
    (
        Column("order_no", "text", "varchar(20)", nullable=False, comment="订单号"),
        Column("amount", "decimal", "decimal(12,2)", comment="金额"),
        Column("note", "text", "text"),
    ),
)


def headers(*texts: str) -> list[Header]:
    """Return headers side by side."""
    return list(enumerate(texts))


def found(*texts: str, **chosen: str) -> list[tuple[str, str, str, str]]:
    """Return letters, header, column and how of each choice; `chosen` is by letters of positions: `p1="note"`."""
    by_position = {int(name[1:]): column for name, column in chosen.items()}
    return [(one.letters, one.header, one.column, one.how) for one in choices_for(headers(*texts), TABLE, by_position)]


def test_columns_are_found_as_an_import_finds_them() -> None:
    assert found("订单号", "Amount", "_row", "Notes") == [
        ("A", "订单号", "order_no", "comment"),
        ("B", "Amount", "amount", "name"),
        ("C", "_row", "", "rejects"),
        ("D", "Notes", "", ""),
    ]
    assert choices_for(headers("Notes"), TABLE, {})[0].suggestion == "note"


def test_what_is_chosen_is_by_hand_only_where_it_is_something_else() -> None:
    assert [how for *_, how in found("订单号", "Notes", p0="order_no", p1="note")] == ["comment", "hand"]
    assert found("amount", p0="") == [("A", "amount", "", "hand")]


def test_a_column_that_is_none_is_not_chosen() -> None:
    assert found("amount", p0="password_hash") == [("A", "amount", "amount", "name")]
    assert found("_row", p0="note") == [("A", "_row", "", "rejects")]


def test_headers_that_are_alike_have_one_choice() -> None:
    assert found("amount", "note", "AMOUNT ") == [("A, C", "amount", "amount", "name"), ("B", "note", "note", "name")]


@pytest.mark.parametrize(
    ("texts", "problems"),
    [
        (("order_no", "amount"), ()),
        (("amount",), ("order_no is required, and the sheet has no column for it",)),
        (("x", "y"), ("no header fits a column of orders; is row 3 the row of the headers?",)),
        (("order_no", "amount", "amount"), ('amount would be filled by 2 columns: "amount" (B), "amount" (C)',)),
    ],
)
def test_problems_are_those_for_which_an_import_refuses(texts: tuple[str, ...], problems: tuple[str, ...]) -> None:
    head = Head("Sheet1", 3, headers(*texts))
    assert problems_of(choices_for(head.headers, TABLE, {}), head, TABLE) == problems


def test_an_import_that_is_told_what_it_asks_does_as_was_chosen() -> None:
    texts = headers("订单号", "Notes", "_error", "Amount", "x", "NOTES")
    choices = choices_for(texts, TABLE, {1: "note", 3: ""})
    mapping = {choice.header: choice.column for choice in choices if choice.is_asked}
    assert mapping == {"Notes": "note", "Amount": "", "x": ""}
    with pytest.raises(AssertionError):
        make_plan("s", 1, texts, TABLE, {}, _refuse)
    plan = make_plan("s", 1, texts[:5], TABLE, mapping, _refuse_but_error)
    assert [(one.header, one.column.name) for one in plan.columns] == [("订单号", "order_no"), ("Notes", "note")]


def _refuse(unknown: list[str]) -> bool:
    raise AssertionError(unknown)


def _refuse_but_error(unknown: list[str]) -> bool:
    return unknown == ["_error"] or _refuse(unknown)


def test_a_new_table_gets_a_column_for_each_header_that_is_not_left_out() -> None:
    choices = choices_for_new(headers("Invoice No", "_row", "Price", "Price", "订单号"), {4: ""})
    assert [(one.column, one.how) for one in choices] == [
        ("invoice_no", "new"),
        ("", "rejects"),
        ("price", "new"),
        ("price_2", "new"),
        ("", "hand"),
    ]


def test_choices_know_where_they_are() -> None:
    choice = HeaderChoice((1, 27), "x", "", "")
    assert (choice.position, choice.letters) == (1, "B, AB")
