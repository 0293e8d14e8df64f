"""What can be wrong with a file or a sheet as a whole. The reading process sends these to its parent by name."""

from __future__ import annotations

from app.errors import AppError, Failed, Invalid, NotFound


class Unreadable(Failed):
    """The file is to blame, not who reads it."""

    status = 422


class NotASpreadsheet(Unreadable):
    """The content is of no kind that can be read."""


class DamagedFile(Unreadable):
    """The file is cut off, or its parts do not fit together."""


class EncryptedFile(Unreadable):
    """The file needs a password."""


# What remains where a file's encryption is none that can be read here.
SAVE_DECRYPTED = "Save it without a password, and import that."


class RefusedFile(Unreadable):
    """The file holds what only an attack needs, or more than the limits allow."""


class NoSuchSheet(NotFound):
    """The workbook has no sheet of that name or number."""


class EmptySheet(Invalid):
    """The sheet has no header row."""


class BlankSheet(EmptySheet):
    """The sheet has nothing at all."""


PROBLEMS: dict[str, type[AppError]] = {
    kind.__name__: kind
    for kind in (NotASpreadsheet, DamagedFile, EncryptedFile, RefusedFile, NoSuchSheet, EmptySheet, BlankSheet, Failed)
}
