"""What can go wrong, once: each error has a sentence for the person, an exit code and an HTTP status."""

from __future__ import annotations


class AppError(Exception):
    """A failure that a user can act on.

    `message` is one sentence that says what and where; `hint`, if any, says what to do about it. `for_record` is what
    the ledger keeps: the message, or what was given instead of one with values that must not stay.
    """

    exit_code = 1
    status = 500
    label = "Error"

    def __init__(self, message: str, hint: str = "", for_record: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.for_record = for_record or message

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Failed(AppError):
    """The command could not be carried out: a server is away, a file cannot be read."""


class ConfigError(AppError):
    """The settings do not allow a start."""


class NotFound(AppError):
    """What was named does not exist."""

    status = 404


class Conflict(AppError):
    """What should be made exists already."""

    status = 409


class Invalid(AppError):
    """The data was rejected; nothing was written."""

    exit_code = 3
    status = 422


class TooLarge(AppError):
    """What was sent is larger than the settings allow."""

    status = 413


class Busy(AppError):
    """Another run holds what this one needs."""

    exit_code = 4
    status = 409
    label = "Busy"


class Refused(AppError):
    """A guard said no: a confirmation is missing."""

    exit_code = 5
    status = 403
    label = "Refused"


class Interrupted(AppError):
    """A signal or a person stopped it; nothing is lost, and it says how to go on."""

    exit_code = 130
    status = 409
    label = "Interrupted"
