"""The log of a run: what is printed and logged while it goes on, kept in its folder up to a size."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from app.services.runs.folders import RunFolder

FORMAT = logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
# The loggers whose lines are kept: the application's own, which does not propagate, and everybody else's.
LOGGERS = ("app", "")
own_log = logging.getLogger(__name__)


@contextmanager
def captured(folder: RunFolder, limit_mb: int, script_log: logging.Logger) -> Iterator[None]:
    """Copy into the run's log what is printed and logged inside; it goes on to the terminal as well.

    What a subprocess prints is not seen. `script_log` is also shown on stderr, from INFO.

    Args:
        limit_mb: MiB after which the log is cut, and says so.
    """
    log = _CappedLog(folder, limit_mb * 1024 * 1024)
    handler = logging.StreamHandler(_Stream(log, None))
    handler.setFormatter(FORMAT)
    shown = logging.StreamHandler(sys.stderr)
    shown.setFormatter(logging.Formatter("%(message)s"))
    script_log.propagate = False
    script_log.setLevel(logging.INFO)
    script_log.handlers = [handler, shown]
    loggers = [logger for logger in map(logging.getLogger, LOGGERS) if logger.parent is None or not logger.propagate]
    before = sys.stdout, sys.stderr
    for logger in loggers:
        logger.addHandler(handler)
    sys.stdout, sys.stderr = _Stream(log, before[0]), _Stream(log, before[1])
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for logger in loggers:
            logger.removeHandler(handler)
        script_log.handlers = []
        log.close()


class _CappedLog:
    """A run's log, which takes up to `limit` bytes, counting what is in it already.

    A full disk is no reason to break a run off: what cannot be written is not kept.
    """

    def __init__(self, folder: RunFolder, limit: int) -> None:
        self._lock = threading.Lock()
        self._cut = f"\n… cut here: this log has {limit // 1024 // 1024} MiB (RUN_LOG_MB)\n".encode()
        self._left = 0
        self._file: IO[bytes] | None = None
        try:
            folder.make()
            self._file = folder.log.open("ab", buffering=0)  # a buffer would try again at the end
            self._left = limit - self._file.tell()
        except OSError as error:
            own_log.warning("no log is kept", extra={"run": folder.run_id, "reason": str(error)})

    def write(self, text: str) -> None:
        """Keep a text, or as much of it as there is room for."""
        encoded = text.encode("utf-8", "backslashreplace")
        with self._lock:
            if self._left <= 0 or self._file is None:
                return
            self._left -= len(encoded)
            try:
                self._file.write(encoded if self._left > 0 else encoded[: self._left or None] + self._cut)
            except OSError:
                self._left = 0

    def close(self) -> None:
        """Take no more; who kept a stream can go on writing to what it stood for."""
        with self._lock:
            self._left = 0
            if self._file is not None:
                self._file.close()


class _Stream(io.TextIOBase):
    """Stands for stdout or stderr: writes to the log, and on to the stream that it stands for."""

    def __init__(self, log: _CappedLog, stream: Any) -> None:
        self._log = log
        self._stream = stream

    def write(self, text: str) -> int:
        self._log.write(text)
        if self._stream is not None:
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        if self._stream is not None:
            self._stream.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def fileno(self) -> int:
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return int(self._stream.fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        return getattr(self._stream, "errors", None) or "strict"

    @property
    def buffer(self) -> Any:
        return self._stream.buffer
