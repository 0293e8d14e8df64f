"""Headers find columns: by name, by COMMENT, never by chance."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.sheets.headers import make_plan
from app.sheets.plan import Plan
from app.sheets.table import Column, Table


def planned(headers: list[str], *columns: Column) -> Plan:
    """Plan a sheet with these headers for a table with these columns; none may be left out."""
    return make_plan("Sheet1", 1, list(enumerate(headers)), Table("things", columns), {}, lambda _: False)


def text(name: str, comment: str = "") -> Column:
    """Return a nullable text column."""
    return Column(name, "text", "text", comment=comment)


def matches(plan: Plan) -> dict[str, str]:
    """Return the column's name for each header."""
    return {mapped.header: mapped.column.name for mapped in plan.columns}


def test_a_header_that_is_a_name_finds_that_column_among_alike_ones() -> None:
    plan = planned(["order_no", "orderno"], text("order_no"), text("orderno"))
    assert matches(plan) == {"order_no": "order_no", "orderno": "orderno"}


def test_a_header_that_two_names_are_alike_to_finds_neither() -> None:
    with pytest.raises(Invalid, match='"Order No" is not in the table'):
        planned(["Order No"], text("order_no"), text("orderno"))


def test_a_comment_gives_way_to_a_name() -> None:
    plan = planned(["name", "title"], text("name"), text("title", comment="Name"))
    assert matches(plan) == {"name": "name", "title": "title"}


def test_columns_named_like_those_of_a_rejects_file_are_filled() -> None:
    assert matches(planned(["a", "_error"], text("a"), text("_error"))) == {"a": "a", "_error": "_error"}
    assert matches(planned(["a", "_error"], text("a"))) == {"a": "a"}
    assert matches(planned(["a", "_error", "_row"], text("a"), text("error"), text("row"))) == {"a": "a"}


NAME_LETTERS = st.characters(categories=["Lu", "Ll", "Lo", "Nd"], max_codepoint=0x9FFF)


@given(
    st.text(NAME_LETTERS, min_size=1, max_size=12),
    st.sampled_from([" ", "_", "-", "\n", "\u3000", "  ", "－"]),
    st.data(),
)
def test_case_width_spaces_and_dashes_do_not_matter(name: str, gap: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name)))
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in name)
    for header in (f"{name[:place]}{gap}{name[place:]}", f" {name} ", wide, name.casefold()):
        assert matches(planned([header], text(name))) == {header: name}


def test_what_the_operator_says_goes_before_names() -> None:
    table = Table("things", (text("a"), text("b")))
    plan = make_plan("S", 1, [(0, "a"), (1, "x")], table, {"A": "b", "x": ""}, lambda _: False)
    assert matches(plan) == {"a": "b"}
    assert plan.left_out_positions == {1}


def test_all_that_is_wrong_is_said_at_once() -> None:
    required = Column("price", "decimal", "decimal(10,2)", nullable=False)
    computed = Column("total", "decimal", "decimal(10,2)", is_automatic=True, is_generated=True)
    with pytest.raises(Invalid) as error:
        planned(["pirce", "name", "Name", "total"], required, text("name"), computed)
    message = str(error.value)
    assert '"pirce" is not in the table; did you mean price?' in message
    assert 'name would be filled by 2 columns: "name" (B), "Name" (C)' in message
    assert '"total": the database computes total; leave it out' in message
    assert "price is required, and the sheet has no column for it" in message


def test_a_header_that_the_operator_names_must_be_there() -> None:
    table = Table("things", (text("order_no"),))
    with pytest.raises(Invalid) as error:
        make_plan("S", 1, [(0, "order_no")], table, {"Nope": "order_no", "order no": "order_nr"}, lambda _: False)
    assert '--map names the header "Nope", which the sheet does not have' in str(error.value)
    assert '--map names the column "order_nr", which the table does not have; did you mean order_no?' in str(
        error.value
    )


def test_unknown_headers_are_left_out_only_when_somebody_says_so() -> None:
    asked: list[list[str]] = []
    table = Table("things", (text("a"),))
    plan = make_plan("S", 1, [(0, "a"), (1, "x"), (2, "y")], table, {}, lambda headers: not asked.append(headers))
    assert asked == [["x", "y"]]
    assert plan.left_out == ((1, "x"), (2, "y"))


def test_thousands_of_headers_of_a_stranger_are_told_soon_and_harmlessly() -> None:
    began = time.process_time()
    headers = [f"{number}\x1b[31m\n" + "x" * 1000 for number in range(4_000)]
    with pytest.raises(Invalid) as error:
        planned(headers, *(text(f"column_{number}") for number in range(50)))
    assert time.process_time() - began < 5
    assert "\x1b" not in str(error.value)
    assert len(str(error.value)) < 4_000 * 120
