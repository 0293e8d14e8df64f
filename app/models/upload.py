"""`uploads`: workbooks that came through the console or the API and are not thrown away yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now


class Upload(Base):
    """A file that was uploaded: `<instance>/uploads/<token>/<file_name>`, in the store `uploads/<token>`.

    Attributes:
        token: 32 hex digits at random, which addresses of pages have.
        operator: who sent it; nobody else uses it.
        file_name: as the browser called it, made safe.
        kind: what its content is: xlsx, xlsb, xls, ods, text.
        size: bytes.
        sha256: of its content, as hex.
    """

    __tablename__ = "uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    operator: Mapped[str] = mapped_column(String(100), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
