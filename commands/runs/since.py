"""A moment in the past, as an option takes it: a date, a time, or how long ago."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import click

AGO = re.compile(r"(\d{1,6})([smhdw])")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Since(click.ParamType[datetime]):
    """Turns `2026-11-01`, `2026-11-01 14:00` (both in the operator's zone) and `2h` into an aware datetime."""

    name = "when"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment that `value` means, aware."""
        if isinstance(value, datetime):
            return value
        try:
            return _moment(value.strip())
        except (ValueError, OverflowError):
            self.fail(
                f'"{value}" is no date, time or span. Write 2026-11-01, "2026-11-01 14:00", 2h or 3d.', param, ctx
            )


def _moment(text: str) -> datetime:
    ago = AGO.fullmatch(text)
    if ago is not None:
        return datetime.now().astimezone() - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    return datetime.fromisoformat(text).astimezone()  # a naive one is taken for local time
