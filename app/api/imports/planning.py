"""How the headers of an upload map onto the columns of a table."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.api import links
from app.api.blame import blaming
from app.api.imports.blueprint import UPLOAD, blueprint
from app.api.schemas.imported import PlanSchema
from app.api.schemas.importing import LookSchema
from app.http.roles import needs
from app.services import uploads
from app.services.imports.header_choices import NOTHING, OF_REJECTS, HeaderChoice
from app.services.imports.previewing import Preview, PreviewRequest, preview
from app.services.imports.wanted import Wanted
from app.sheets.cells import column_letters
from app.sheets.headers import unmet
from app.sheets.problems import EncryptedFile, Unreadable
from app.words import plain


class Plan(MethodView):
    """How an upload would go into a table."""

    @needs("operator")
    @blueprint.input(LookSchema)
    @blueprint.output(PlanSchema)
    @blueprint.doc(operation_id=links.PLAN)
    def post(self, token: str, json_data: dict[str, Any]) -> dict[str, Any]:
        """Look at the sheets, headers and first rows of an upload, and at the columns that they would fill."""
        upload = uploads.get(token)
        request = Wanted(**json_data).look(uploads.path_of(upload))
        try:
            with blaming("password", EncryptedFile):
                found = preview(request)
        except Unreadable as error:
            found = Preview(upload.kind, (), sheet_problem=str(error))
        return _as_json(found, request)


def _as_json(found: Preview, request: PreviewRequest) -> dict[str, Any]:
    head, problems = found.head, _problems(found, request)
    return {
        "kind": found.kind,
        "sheets": [{"name": name, "visible": visible} for name, visible in found.sheets],
        "sheet": head.sheet if head else None,
        "header_row": head.header_row if head else None,
        "headers": _headers(found),
        "keys": found.keys,
        "rows": [{"row": number, "cells": cells} for number, cells in found.rows],
        "warnings": head.warnings if head else [],
        "problems": problems,
        "can_be_tried": found.can_be_tried and not problems,
    }


def _problems(found: Preview, request: PreviewRequest) -> list[str]:
    """Return why an import would be refused: also what the mapping names and there is not, and what it leaves open."""
    problems = [*filter(None, (found.sheet_problem, found.table_problem)), *found.problems]
    if found.head and found.table:
        problems += unmet(found.head.headers, found.table, request.mapping, "the mapping")
    return problems + [
        f"{plain(choice.header)} fits no column; the mapping has to leave it out, or say what it fills"
        for choice in found.choices
        if choice.how == NOTHING
    ]


def _headers(found: Preview) -> list[dict[str, Any]]:
    """Return the headers that the cells of the first rows stand below."""
    if found.choices:
        return [_header(choice) for choice in found.shown_choices]
    return [
        {"letters": column_letters(position), "header": header, "column": None, "how": NOTHING, "suggestion": ""}
        for position, header in zip(found.positions, found.shown_headers, strict=True)
    ]


def _header(choice: HeaderChoice) -> dict[str, Any]:
    return {
        "letters": choice.letters,
        "header": choice.header,
        "column": choice.column or None,
        "how": choice.how,
        "suggestion": "" if choice.how == OF_REJECTS else choice.suggestion,
    }


blueprint.add_url_rule(f"{UPLOAD}/plan", view_func=Plan.as_view("plan"))
