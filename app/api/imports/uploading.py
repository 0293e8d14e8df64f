"""Files that are to be imported."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flask import url_for
from flask.views import MethodView

from app.api import links
from app.api.blame import blaming
from app.api.imports.blueprint import UPLOAD, blueprint
from app.api.problems import answers
from app.api.schemas.imported import UploadSchema
from app.api.schemas.importing import FileSchema
from app.errors import TooLarge
from app.http.roles import needs
from app.models import Upload
from app.services import uploads
from app.sheets.problems import Unreadable


class Uploads(MethodView):
    """All uploads."""

    @needs("operator")
    @blueprint.input(FileSchema, location="files")
    @blueprint.output(UploadSchema, status_code=201, links=links.OF_UPLOAD)
    @answers(507)
    def post(self, files_data: dict[str, Any]) -> tuple[Upload, int, dict[str, str]]:
        """Upload a file. It is kept for a day, and there for nobody else but admins."""
        with closing(files_data["file"]) as file, blaming("file", TooLarge, Unreadable, place="files"):
            upload = uploads.receive(file.stream, file.filename or "")
        return upload, 201, {"Location": url_for("api_imports.upload", token=upload.token)}


class OneUpload(MethodView):
    """A file that was uploaded."""

    @needs("operator")
    @blueprint.output(UploadSchema)
    @blueprint.doc(operation_id=links.SHOWN)
    def get(self, token: str) -> Upload:
        """Get what is known of an upload."""
        return uploads.get(token)


blueprint.add_url_rule("/uploads", view_func=Uploads.as_view("uploads"))
blueprint.add_url_rule(UPLOAD, view_func=OneUpload.as_view("upload"))
