"""`imported_sheets`: what each import brought, sheet by sheet; written in the transaction of the data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base

LONG_BINARY = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


class ImportedSheet(Base):
    """A sheet that was imported. Its row is there if, and only if, its data is.

    The hash chain of `run_moves` does not cover it: what the chain covers names the same files and hashes.

    Attributes:
        number: its place among the sheets of the run, from 0.
        sha256: of the file, as hex.
        left_out: the sheet's rows that the table forbade, as `app.sheets.row_set` packs them; None: there were none.
        inserted: the sheet's rows that were inserted, packed alike; None: all that were loaded.
        proof: what was compared before the commit (see `app.services.imports.proofs`).
    """

    __tablename__ = "imported_sheets"

    run_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    table_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    file: Mapped[str] = mapped_column(String(255))
    sheet: Mapped[str] = mapped_column(String(255))
    left_out: Mapped[bytes | None] = mapped_column(LONG_BINARY)
    inserted: Mapped[bytes | None] = mapped_column(LONG_BINARY)
    proof: Mapped[dict[str, Any]] = mapped_column(JSON)
