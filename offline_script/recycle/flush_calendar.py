"""Fill calendar_days for years of a country: working days, weekends, holidays, weekends worked in exchange.

Run it when a country has announced the holidays of a year (China: in November for the next) and the `holidays` library
was brought up to date after that; and again whenever that library was corrected. Days that are right already are not
written.

\b
    flask script run flush_calendar --year 2026 --year 2027 --dry-run
    flask script run flush_calendar --from 2020 --to 2027 --country HK --language en_HK
"""

from __future__ import annotations

import difflib
import warnings
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.models import CalendarDay
from app.runner import script
from app.runner.script_run import ScriptRun

if TYPE_CHECKING:
    from holidays import HolidayBase

LONGEST_NAME = 100  # calendar_days.holiday
YEAR = click.IntRange(1, 9999)
OPTIONS = {"years", "first", "last", "country", "language"}
T = TypeVar("T")


def country_code(context: click.Context, option: click.Parameter, value: str) -> str:
    """Return the code of a country that the library knows: `--country cn` is CN."""
    from holidays.registry import COUNTRIES

    codes = {name.upper(): names[1] for names in COUNTRIES.values() for name in names}
    if value.upper() in {names[1] for names in COUNTRIES.values()}:
        return known(context, option, value.upper())
    near = difflib.get_close_matches(value.upper(), codes, n=1)
    hint = f' Did you mean "{codes[near[0]]}"?' if near else " It takes an ISO 3166 code: CN, HK, DE."
    raise click.BadParameter(f'"{value}" is no country whose holidays are known.{hint}')


def known(context: click.Context, option: click.Parameter, value: T) -> T:
    """Return an option's value; the last of the options also looks whether all of them go together.

    Click calls this in the order in which they are typed, and so refuses what is wrong before there is a run.
    """
    given = {**context.params, str(option.name): value}
    if given.keys() >= OPTIONS:
        years = wanted_years(given["years"], given["first"], given["last"])
        check_known(given["country"], years, given["language"])
    return value


def wanted_years(years: Sequence[int], first: int | None, last: int | None) -> list[int]:
    """Return the years that the options name, in order.

    Raises:
        UsageError: they name none.
    """
    span = range(first, last + 1) if first and last else range(0)
    if bool(first) != bool(last) or not (years or span):
        raise click.UsageError("Name the years: --year 2026, or --from 2020 --to 2027.")
    return sorted({*years, *span})


def check_known(country: str, years: Sequence[int], language: str | None) -> None:
    """Look whether the library has these years of a country, and its holidays' names in this language.

    Raises:
        UsageError: it has not.
    """
    from holidays import country_holidays

    calendar = country_holidays(country)
    if language and language not in calendar.supported_languages:
        takes = ", ".join(calendar.supported_languages) or "none: the names have one language"
        raise click.UsageError(f'--language "{language}" is none that {country} has. It takes {takes}.')
    if years[0] < calendar.start_year or years[-1] > calendar.end_year:
        raise click.UsageError(
            f"The holidays of {country} are known from {calendar.start_year} to {calendar.end_year}."
        )


def calendar_of(run: ScriptRun, country: str, years: Sequence[int], language: str | None) -> HolidayBase:
    """Return the library's calendar of a country, in its own language unless another one is named."""
    from holidays import country_holidays

    # Without a language the library would take that of the environment.
    language = language or country_holidays(country).default_language
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        calendar = country_holidays(country, years=years, language=language)
    for warning in caught:
        run.log.warning("%s: %s", country, warning.message)
    return calendar


def days_of(calendar: HolidayBase, country: str, year: int) -> list[CalendarDay]:
    """Return every day of a year.

    Raises:
        Invalid: a holiday's name is longer than the column.
    """
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    for name in filter(None, map(calendar.get, days)):
        if len(name) > LONGEST_NAME:
            raise Invalid(
                f'"{name}" ({year}) has {len(name)} characters; calendar_days keeps {LONGEST_NAME} of a name.',
                "Take the names of another --language, or leave the year out.",
            )
    return [
        CalendarDay(
            country=country,
            day=day,
            is_working_day=calendar.is_working_day(day),
            kind=kind_of(calendar, day),
            holiday=calendar.get(day),
        )
        for day in days
    ]


def kind_of(calendar: HolidayBase, day: date) -> str:
    """Return the kind of a day: the library knows each country's weekend, and the days of it that are worked."""
    if calendar.is_working_day(day):
        return "substitute" if calendar.is_weekend(day) else "workday"
    return "holiday" if day in calendar else "weekend"


def upsert(session: Session, days: Sequence[CalendarDay]) -> Counter[str]:
    """Add the days that are missing, change those that differ; return how many are new, changed and unchanged."""
    span = CalendarDay.day.between(days[0].day, days[-1].day)
    found = session.scalars(select(CalendarDay).where(CalendarDay.country == days[0].country, span))
    there = {day.day: day for day in found}
    done: Counter[str] = Counter()
    for day in days:
        if day.day in there:
            done["changed" if session.is_modified(session.merge(day)) else "unchanged"] += 1
        else:
            session.add(day)
            done["new"] += 1
    return done


def flush_year(run: ScriptRun, calendar: HolidayBase, country: str, year: int) -> None:
    """Write one year, and log what it has and what was written."""
    days = days_of(calendar, country, year)
    kinds = Counter(day.kind for day in days)
    if calendar.has_substituted_holidays and not kinds["substitute"]:
        run.log.warning(
            "%s %d: no day of a weekend is worked in exchange, as far as the library (holidays %s) knows. "
            "If they were announced since, bring it up to date and run this again.",
            *(country, year, version("holidays")),
        )
    written = upsert(run.session, days)
    has, did = (", ".join(f"{number} {what}" for what, number in each.items()) for each in (kinds, written))
    run.log.info("%s %d: %s; %s", country, year, has, did)


@script(owner="yuzaoyah")
@click.option(
    "--year", "years", type=YEAR, multiple=True, callback=known, help="A year; give it again for another one."
)
@click.option("--from", "first", type=YEAR, callback=known, help="The first of a span of years.")
@click.option("--to", "last", type=YEAR, callback=known, help="The last of them.")
@click.option("--country", default="CN", show_default=True, callback=country_code, help="Its ISO 3166 code.")
@click.option("--language", callback=known, help="Of the holidays' names, as en_US; the country's own by default.")
def main(
    run: ScriptRun, years: Sequence[int], first: int | None, last: int | None, country: str, language: str | None
) -> None:
    """Write the calendar, a year a batch."""
    wanted = wanted_years(years, first, last)
    calendar = calendar_of(run, country, wanted, language)
    for batch in run.batches(wanted, size=1):
        for year in batch:
            flush_year(run, calendar, country, year)


if __name__ == "__main__":
    main()
