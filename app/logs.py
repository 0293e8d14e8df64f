"""Logging: readable lines in development, one JSON object a line in production; always to stderr."""

from __future__ import annotations

import json
import logging
import logging.config
from datetime import UTC, datetime

from app import asker

# What every LogRecord carries; anything else came in by `extra=` and belongs into the JSON line.
_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class PlainFormatter(logging.Formatter):
    """Format a record as a line to read; one of a web request ends with the id that its error page shows."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        request_id = vars(record).get("request_id")
        return super().formatMessage(record) + (f" [{request_id}]" if request_id else "")


class JsonFormatter(logging.Formatter):
    """Format a record as one JSON object: time (UTC, ISO 8601), level, logger, message, and its `extra` fields."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        line = line | extra | line  # the line's own come first, and stand
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def not_an_interrupt(record: logging.LogRecord) -> bool:
    """Tell whether a record is worth a line: what Ctrl-C breaks off in a library is not, the command says so itself."""
    return record.exc_info is None or not isinstance(record.exc_info[1], KeyboardInterrupt)


def in_a_line(record: logging.LogRecord) -> bool:
    """Tell in a line that SQLAlchemy's pool cannot roll back on a connection that is gone: the server does; keep it."""
    if record.name.startswith("sqlalchemy.pool") and record.exc_info:
        record.msg, record.args, record.exc_info = f"{record.getMessage()}: {record.exc_info[1]}", None, None
    return True


def with_asker(record: logging.LogRecord) -> bool:
    """Name who asked for what a record tells, and by which request, unless it says so itself; keep every record."""
    fields, who = vars(record), asker.current()
    fields.setdefault("operator", who.operator)
    if who.request_id:
        fields.setdefault("request_id", who.request_id)
    return True


def configure(production: bool) -> None:
    """Send the application's log to stderr: INFO as JSON in production, warnings as plain lines elsewhere."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {"()": JsonFormatter},
                "plain": {
                    "()": PlainFormatter,
                    "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s",
                    "datefmt": "%H:%M:%S",
                },
            },
            "filters": {
                "no_interrupts": {"()": lambda: not_an_interrupt},
                "lines": {"()": lambda: in_a_line},
                "asker": {"()": lambda: with_asker},
            },
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "json" if production else "plain",
                    "filters": ["no_interrupts", "lines", "asker"],
                },
            },
            "loggers": {
                "app": {"handlers": ["stderr"], "level": "INFO" if production else "WARNING", "propagate": False},
                "sqlalchemy": {"handlers": ["stderr"], "propagate": False},
            },
        }
    )
