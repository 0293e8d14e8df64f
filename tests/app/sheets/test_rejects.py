"""Rejects for people: grouped by cause, the first few addresses of each."""

from __future__ import annotations

from app.sheets.rejects import SHOWN_GROUPS, Group, RejectedCell, addresses, group_lines, grouped


def reject(row: int, cause: str = "takes numbers", column: str = "amount", file: str = "a.xlsx") -> RejectedCell:
    """Return a rejected cell in column C."""
    return RejectedCell(file, "订单", row, 2, column, cause, f'"v{row}"')


def test_rejects_are_grouped_by_file_column_and_cause_the_largest_group_first() -> None:
    cells = [
        reject(2, "is required"),
        reject(3),
        reject(4),
        reject(5, column="price"),
        reject(6, file="b.xlsx"),
        reject(7),
    ]
    groups = grouped(cells)
    assert [(group.column, group.cause, group.count, [cell.row for cell in group.cells]) for group in groups] == [
        ("amount", "takes numbers", 3, [3, 4, 7]),
        ("amount", "is required", 1, [2]),
        ("price", "takes numbers", 1, [5]),
        ("amount", "takes numbers", 1, [6]),
    ]


def test_no_rejects_are_no_groups() -> None:
    assert grouped([]) == []


def test_the_first_addresses_of_a_group_are_shown_with_their_values() -> None:
    group = Group("amount", "takes numbers", 2000, tuple(reject(row) for row in range(2, 6)))
    assert addresses(group, with_file=False) == '订单!C2 "v2", C3 "v3", C4 "v4" and 1,997 more'
    assert addresses(group, with_file=True).startswith('a.xlsx 订单!C2 "v2", C3')


def test_addresses_are_told_without_the_values_where_these_must_not_be_kept() -> None:
    group = Group("amount", "takes numbers", 6, tuple(reject(row) for row in range(2, 8)))
    assert addresses(group, with_file=True, with_values=False) == "a.xlsx 订单!C2, C3, C4 and 3 more"


def test_a_small_group_is_shown_whole() -> None:
    group = Group("amount", "takes numbers", 3, tuple(reject(row) for row in (2, 3, 4)))
    assert addresses(group, with_file=False) == '订单!C2 "v2", C3 "v3", C4 "v4"'


def test_a_cell_without_a_value_has_its_address_alone() -> None:
    cell = RejectedCell("a.xlsx", "My Sheet", 17, 2, "amount", "is required", "")
    assert addresses(Group("amount", "is required", 1, (cell,)), with_file=False) == "'My Sheet'!C17"
    assert cell.address == "'My Sheet'!C17"


def test_the_lines_of_groups_are_aligned_also_in_chinese() -> None:
    groups = [Group("金额", "is required", 1200, (reject(2),)), Group("price", "takes numbers", 1, (reject(3),))]
    assert group_lines(groups, with_file=False) == [
        ' 1,200  金额   is required    订单!C2 "v2" and 1,197 more',
        '     1  price  takes numbers    订单!C3 "v3"',
    ]


def test_only_the_first_groups_are_lines() -> None:
    groups = [Group("c", f"cause {n}", 1, (reject(2),)) for n in range(SHOWN_GROUPS + 3)]
    lines = group_lines(groups, with_file=False)
    assert len(lines) == SHOWN_GROUPS + 1
    assert lines[-1] == "        and 3 more causes; --json lists all"
