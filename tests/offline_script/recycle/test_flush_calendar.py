"""The calendar: China's exchanged days, other countries' weekends, what is written again and what is not."""

from __future__ import annotations

import re
from datetime import date

import pytest
from click import UsageError
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.models import CalendarDay
from app.services import runs
from tests.offline_script.kept import log
from tests.scripts import run_script


def day(session: Session, country: str, *ymd: int) -> tuple[bool, str | None, str | None]:
    session.rollback()  # what was committed since is seen
    found = session.scalars(select(CalendarDay).filter_by(country=country, day=date(*ymd))).one()
    session.expire_all()
    return found.is_working_day, found.kind, found.holiday


def count(session: Session) -> int | None:
    session.rollback()
    return session.scalar(select(func.count()).select_from(CalendarDay))


def test_china_has_days_worked_in_exchange(session: Session) -> None:
    outcome = run_script("flush_calendar", "--year", "2024")
    assert outcome.rows == {"calendar_days": {"inserted": 366, "updated": 0, "deleted": 0}}
    assert day(session, "CN", 2024, 2, 9) == (True, "workday", None)
    assert day(session, "CN", 2024, 2, 10) == (False, "holiday", "春节")
    assert day(session, "CN", 2024, 2, 15) == (False, "holiday", "休息日（由 2024-02-04 调休）")
    assert day(session, "CN", 2024, 2, 4) == (True, "substitute", None)
    assert day(session, "CN", 2024, 3, 2) == (False, "weekend", None)
    assert "CN 2024: " in log(outcome.run_id)
    assert "WARNING" not in log(outcome.run_id)


def test_2024_had_251_working_days_in_china(session: Session) -> None:
    run_script("flush_calendar", "--year", "2024")
    worked = select(func.count()).select_from(CalendarDay).where(CalendarDay.is_working_day)
    assert session.scalar(worked) == 251


@pytest.mark.parametrize(
    ("country", "free", "worked"),
    [("SA", (2025, 5, 16), (2025, 5, 18)), ("DE", (2025, 5, 18), (2025, 5, 16)), ("HK", (2025, 5, 18), (2025, 5, 17))],
)
def test_weekends_are_the_countrys_own(
    country: str, free: tuple[int, ...], worked: tuple[int, ...], session: Session
) -> None:
    run_script("flush_calendar", "--year", "2025", "--country", country)
    assert day(session, country, *free) == (False, "weekend", None)
    assert day(session, country, *worked) == (True, "workday", None)


def test_a_second_run_writes_what_differs_only(session: Session) -> None:
    run_script("flush_calendar", "--from", "2024", "--to", "2025")
    wrong = session.scalars(select(CalendarDay).filter_by(day=date(2024, 1, 1))).one()
    wrong.is_working_day, wrong.kind, wrong.holiday = True, "workday", None
    session.delete(session.scalars(select(CalendarDay).filter_by(day=date(2025, 1, 1))).one())
    session.commit()
    outcome = run_script("flush_calendar", "--from", "2024", "--to", "2025")
    assert outcome.rows == {"calendar_days": {"inserted": 1, "updated": 1, "deleted": 0}}
    assert "1 changed" in log(outcome.run_id)
    assert day(session, "CN", 2024, 1, 1) == (False, "holiday", "元旦")
    assert count(session) == 366 + 365
    assert run_script("flush_calendar", "--from", "2024", "--to", "2025").rows == {}


def test_countries_and_years_stand_side_by_side(session: Session) -> None:
    run_script("flush_calendar", "--year", "2025", "--country", "cn")
    run_script("flush_calendar", "--year", "2025", "--year", "2023", "--country", "DE")
    assert count(session) == 3 * 365


def test_a_dry_run_writes_nothing(session: Session) -> None:
    outcome = run_script("flush_calendar", "--year", "2025", dry_run=True)
    assert outcome.rows == {"calendar_days": {"inserted": 365, "updated": 0, "deleted": 0}}
    assert count(session) == 0


def test_the_names_language_is_chosen(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "th")
    run_script("flush_calendar", "--year", "2025")
    assert day(session, "CN", 2025, 1, 1)[2] == "元旦"
    run_script("flush_calendar", "--year", "2025", "--language", "en_US")
    assert day(session, "CN", 2025, 1, 1)[2] == "New Year's Day"


def test_a_year_whose_exchanged_days_are_not_known_is_said(session: Session) -> None:
    outcome = run_script("flush_calendar", "--year", "2090")
    assert "WARNING CN 2090: no day of a weekend is worked in exchange" in log(outcome.run_id)


def test_what_the_library_warns_of_is_in_the_log(session: Session) -> None:
    outcome = run_script("flush_calendar", "--year", "2090", "--country", "IN")
    assert "WARNING IN: Requested Holidays are available only from" in log(outcome.run_id)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ([], "Name the years"),
        (["--from", "2024"], "Name the years"),
        (["--from", "2025", "--to", "2024"], "Name the years"),
        (["--year", "0"], "0 is not in the range"),
        (["--year", "2024", "--country", "China"], 'Did you mean "CN"?'),
        (["--year", "2024", "--country", "UK"], 'Did you mean "GB"?'),
        (["--year", "2024", "--country", "%%"], "It takes an ISO 3166 code"),
        (["--year", "1949"], "The holidays of CN are known from 1950 to 2100"),
        (["--year", "2024", "--language", "zh"], "It takes en_US, th, zh_CN, zh_TW"),
        (["--year", "2024", "--language", "de", "--country", "KN"], "the names have one language"),
    ],
)
def test_wrong_usage_is_said_before_there_is_a_run(args: list[str], said: str, session: Session) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        run_script("flush_calendar", *args)
    assert (count(session), runs.newest(1)) == (0, [])


def test_a_dry_run_is_applied_without_naming_the_years_again(cli: FlaskCliRunner, session: Session) -> None:
    command = ["script", "run", "flush_calendar"]
    assert cli.invoke(args=[*command, "--to", "2025", "--from", "2025", "--dry-run"]).exit_code == 0
    assert cli.invoke(args=[*command, "--apply", "1"]).exit_code == 0
    assert count(session) == 365


def test_a_name_that_is_too_long_is_rejected_not_cut(session: Session) -> None:
    with pytest.raises(Invalid, match=r"\(1994\) has 109 characters; calendar_days keeps 100 of a name\."):
        run_script("flush_calendar", "--country", "AL", "--year", "1994")
    assert count(session) == 0
    run_script("flush_calendar", "--country", "AL", "--year", "1994", "--language", "en_US")
    assert count(session) == 365
