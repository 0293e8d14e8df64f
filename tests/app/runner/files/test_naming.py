"""How scripts are named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.runner.files import naming
from app.runner.files.naming import BadName

TODAY = date(2026, 11, 21)
words = st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True).filter(lambda w: w != "ts"), min_size=1, max_size=5)
jobs = words.map("_".join)


@pytest.mark.parametrize("name", ["export_order", "flush_calendar", "x", "sync_s3_bucket", "export_b2b_orders"])
def test_a_reusable_name_says_the_job(name: str) -> None:
    assert naming.problem_in("recycle", name) == ""


@pytest.mark.parametrize(
    "name",
    [
        *("export_order_2", "export_order2", "export_order_v2", "export_2024_orders", "export_20240610_orders"),
        *("ts_2024_06_10_export", "ts_export", "v2_export", "", "Export", "export-order", "_export", "export__order"),
        *("export_", "导出", "2_export", "export order", "export\n", "x" * 101),
    ],
)
def test_a_reusable_name_has_no_date_and_no_number(name: str) -> None:
    assert naming.problem_in("recycle", name) in (
        naming.REUSABLE_RULE,
        naming.SNAKE_RULE,
        "Names have at most 100 characters.",
    )


@pytest.mark.parametrize("name", ["ts_2024_06_10_export_custom_s", "ts_2024_02_29_fix_order_20240007"])
def test_a_temporary_name_has_the_day(name: str) -> None:
    assert naming.problem_in("yuzaoyah", name) == ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("export_order", "is named ts_YYYY_MM_DD_what_it_does"),
        ("ts_2024_6_10_export", "is named ts_YYYY_MM_DD_what_it_does"),
        ("ts_2024_06_10", "is named ts_YYYY_MM_DD_what_it_does"),
        ("ts_2024_06_10_", "is named ts_YYYY_MM_DD_what_it_does"),
        ("ts_２０２４_06_10_export", "is named ts_YYYY_MM_DD_what_it_does"),
        ("ts_2023_02_29_export", "There is no day 2023-02-29."),
        ("ts_2024_13_01_export", "There is no day 2024-13-01."),
        ("ts_0000_01_01_export", "There is no day 0000-01-01."),
        ("ts_2024_06_10_Export", "lower case"),
        ("ts_2024_06_10__export", "lower case"),
        ("ts_2024_06_10_" + "x" * 90, "at most 100"),
    ],
)
def test_a_wrong_temporary_name_is_told_why(name: str, reason: str) -> None:
    assert reason in naming.problem_in("yuzaoyah", name)


def test_a_retired_script_keeps_either_kind_of_name() -> None:
    assert naming.problem_in("unrecycle", "flush_order_data") == ""
    assert naming.problem_in("unrecycle", "ts_2024_06_10_export") == ""
    assert "no day" in naming.problem_in("unrecycle", "ts_2024_06_31_export")
    assert naming.problem_in("unrecycle", "export_2") == naming.REUSABLE_RULE


@given(job=jobs, day=st.dates())
def test_a_dated_name_is_temporary_and_gives_day_and_job_back(job: str, day: date) -> None:
    name = naming.dated(job, day)
    assert naming.problem_of_temporary(name) == ""
    assert naming.problem_of_reusable(name) == naming.REUSABLE_RULE
    assert (naming.day_of(name), naming.without_day(name)) == (day, job)
    assert naming.age_in_days(name, TODAY) == (TODAY - day).days


@given(job=jobs)
def test_words_alone_are_a_reusable_name_and_no_temporary_one(job: str) -> None:
    assert naming.problem_of_reusable(job) == ""
    assert naming.problem_of_temporary(job) == naming.TEMPORARY_RULE
    assert naming.age_in_days(job, TODAY) is None


@given(name=st.text(max_size=120))
@pytest.mark.parametrize("rule", [naming.problem_of_reusable, naming.problem_of_occasion])
def test_what_is_suggested_breaks_no_rule(rule, name: str) -> None:
    near = naming.suggestion(name, rule)
    assert near == "" or rule(near) == ""


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Export Orders", "export_orders"),
        ("ExportOrders", "export_orders"),
        ("export-order", "export_order"),
        ("export_order_2", "export_order"),
        ("export_order_v2", "export_order"),
        ("export_order2", "export_order"),
        ("ts_2024_06_10_export_custom_s", "export_custom_s"),
        ("Café prices", "cafe_prices"),
        ("导出", ""),
        ("2024", ""),
    ],
)
def test_a_bad_name_comes_with_a_good_one(name: str, near: str) -> None:
    assert naming.suggestion(name, naming.problem_of_reusable) == near
    with pytest.raises(BadName, match="is no name of a script") as caught:
        naming.check(name, naming.problem_of_reusable, "name of a script", "flask script new")
    assert caught.value.hint == f"Say: flask script new {near or 'NAME'}"
    assert caught.value.exit_code == 1


def test_the_date_is_not_typed() -> None:
    assert "put before it" in naming.problem_of_occasion("ts_2024_06_10_export")
    assert naming.suggestion("ts_2024_06_10_export", naming.problem_of_occasion) == "export"
    assert naming.problem_of_occasion("x" * 86) == ""
    assert "at most 100" in naming.problem_of_occasion("x" * 87)


@pytest.mark.parametrize(
    ("user", "folder"),
    [("li", "li"), ("Li.Wei", "li_wei"), ("CORP\\li", "corp_li"), ("zhao-2", "zhao_2"), ("root", "root")],
)
def test_a_user_has_a_folder(user: str, folder: str) -> None:
    assert naming.folder_for(user) == folder
    assert naming.problem_of_folder(folder) == ""


@pytest.mark.parametrize("user", ["李", "", "42", "tests", "recycle", "Unrecycle", "..", "x" * 65])
def test_some_users_have_none(user: str) -> None:
    assert naming.folder_for(user) == ""
