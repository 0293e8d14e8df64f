"""`upload_imports`: what each run of an upload, a dry run or the import itself, was asked; it goes with the upload."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base
from app.models.run_request import LONG_TEXT


class UploadImport(Base):
    """A run of an upload, committed together with that run, so that every host knows of it.

    Attributes:
        asked: the request, encrypted as in `run_requests`, since the password of a file may be in it.
        confirmed_by: the run that imports what this dry run has tried; only one does.
    """

    __tablename__ = "upload_imports"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True, autoincrement=False)
    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), index=True)
    asked: Mapped[str] = mapped_column(LONG_TEXT)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
