"""The files that a run left."""

from __future__ import annotations

import base64
from typing import Any

from apiflask import Schema, fields
from apiflask.schemas import FileSchema
from flask import send_file
from flask.views import MethodView
from werkzeug.wrappers import Response

from app.api import links
from app.api.addresses import RUN
from app.api.problems import answers
from app.api.runs.blueprint import blueprint
from app.api.runs.here import not_here
from app.http.roles import needs
from app.services import runs

BYTES = "application/octet-stream"
CONDITIONAL: dict[int | str, Any] = {
    206: {"description": "A part of it, as `Range` asks.", "content": {BYTES: {"schema": {"type": "string"}}}},
    304: {"description": "The client has it."},
}


class DigestHeaders(Schema):
    """What a file can be checked by."""

    digest = fields.String(
        data_key="Repr-Digest", required=True, metadata={"description": "Its SHA-256, as the ledger has it (RFC 9530)."}
    )
    etag = fields.String(data_key="ETag", required=True)


class Artifact(MethodView):
    """A file that a run left."""

    @needs("operator")
    @blueprint.output(FileSchema(), content_type=BYTES, headers=DigestHeaders)
    @blueprint.doc(responses=CONDITIONAL, operation_id=links.ARTIFACT)
    @answers(416)
    def get(self, run_id: int, name: str) -> Response:
        """Get a file that a run left, its rejected rows for instance."""
        run = runs.get(run_id)
        file = next((one for one in run.artifacts if one["name"] == name), None)
        path = runs.artifact_of(run, name)
        if file is None or path is None:
            raise not_here(run, f'file "{name}"')
        answer = send_file(path, BYTES, as_attachment=True, etag=file["sha256"], max_age=0)
        answer.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file['sha256'])).decode()}:"
        return answer


blueprint.add_url_rule(f"{RUN}/artifacts/<name>", view_func=Artifact.as_view("artifact"))
