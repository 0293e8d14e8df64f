"""`calendar_days`: which days are worked, per country."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Enum, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base

# A substitute is a day of a weekend that is worked in exchange for one around a holiday, as China has them.
DAY_KINDS = ("workday", "weekend", "holiday", "substitute")


class CalendarDay(Base):
    """One day in one country (ISO 3166 code): worked or not, of which kind, and the holiday's name."""

    __tablename__ = "calendar_days"

    country: Mapped[str] = mapped_column(String(2), primary_key=True, comment="国家")
    day: Mapped[date] = mapped_column(Date, primary_key=True, comment="日期")
    is_working_day: Mapped[bool] = mapped_column(comment="工作日")
    kind: Mapped[str | None] = mapped_column(Enum(*DAY_KINDS, name="day_kind"), comment="日期类型")
    holiday: Mapped[str | None] = mapped_column(String(100), comment="节假日")
