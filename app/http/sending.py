"""Send a workbook that is made for one answer, and leave nothing of it behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import send_file
from werkzeug.wrappers import Response

from app.services.uploads.names import safe_name

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sent(name: str, write: Callable[[Path], object]) -> Response:
    """Return the answer with the file that `write` writes to the path it is given, under a name made safe.

    The file is deleted before it is sent, also to who goes away meanwhile: what is open can be read to its end
    (POSIX, "unlink").
    """
    with TemporaryDirectory(prefix="opsdesk-") as folder:
        path = Path(folder) / "made.xlsx"
        write(path)
        size = path.stat().st_size
        file = path.open("rb")
    response = send_file(file, XLSX, as_attachment=True, download_name=safe_name(name))
    response.content_length = size
    return response
