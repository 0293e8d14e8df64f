"""`before_images`: rows as they were before an import updated or deleted them, so that it can be undone."""

from __future__ import annotations

from sqlalchemy import JSON, Enum, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base

UPDATED, DELETED = "updated", "deleted"


class BeforeImage(Base):
    """Some rows of one run, as `app.sheets.images` packs them; written in the transaction that changes them.

    They go after KEEP_FILES_DAYS, as the files of imports do.

    Attributes:
        number: the place of these rows among those of the run, from 0.
        change: what was done to them.
        columns: the names of the columns that the rows have.
    """

    __tablename__ = "before_images"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    change: Mapped[str] = mapped_column(Enum(UPDATED, DELETED, name="change"))
    columns: Mapped[list[str]] = mapped_column(JSON)
    rows: Mapped[bytes] = mapped_column(LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb"))
