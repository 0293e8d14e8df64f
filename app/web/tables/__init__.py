"""Tables: which there are, their rows and columns, and workbooks of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import AppError, NotFound
from app.http.roles import needs
from app.http.sending import sent
from app.own_tables import PROTECTED
from app.services import browsing, tables, templates
from app.services.exports.sent import export_now
from app.services.tables import VIEW

blueprint = Blueprint("tables", __name__, url_prefix="/tables")


@blueprint.get("/")
@needs("viewer")
def list_() -> str:
    """List the tables, then the views."""
    return render_template("tables/list.html", tables=browsing.tables_for_browsing())


@blueprint.get("/<name>")
@needs("viewer")
def show(name: str) -> str | tuple[str, int]:
    """Show the rows of a table, sorted and searched by the arguments of the address."""
    asked = request.args
    try:
        page = browsing.page(
            name,
            sort=asked.get("sort"),
            descending=asked.get("order") == "down",
            search=asked.get("search", ""),
            number=asked.get("page", 1, int),
        )
    except NotFound:
        raise
    except AppError as error:
        return render_template("tables/refused.html", name=name, problem=error, **_acts(name, "")), error.status
    return render_template("tables/show.html", name=name, page=page, **_acts(name, page.kind))


@blueprint.get("/<name>/columns")
@needs("viewer")
def columns(name: str) -> str:
    """Show the columns of a table."""
    _check_browsable(name)
    found = tables.describe(name)
    return render_template("tables/columns.html", name=name, table=found, **_acts(name, found.kind))


@blueprint.get("/<name>/rows.xlsx")
@needs("operator")
def download(name: str) -> Response:
    """Send all rows of a table as a workbook."""

    return _sent(name, f"{name}.xlsx", lambda path: export_now(name, path))


@blueprint.get("/<name>/template.xlsx")
@needs("operator")
def template(name: str) -> Response:
    """Send an empty workbook for a table, to be filled in."""
    return _sent(name, f"{name}-template.xlsx", lambda path: templates.make_template(name, path))


def _sent(name: str, file_name: str, write: Callable[[Path], object]) -> Response:
    """Send what `write` writes; where it may not or cannot, say so on the table's page."""
    _check_browsable(name)
    try:
        return sent(file_name, write)
    except NotFound:
        raise
    except AppError as error:
        flash(str(error), "error")
        return redirect(url_for("tables.show", name=name))


def _check_browsable(name: str) -> None:
    if not browsing.is_browsable(name):
        raise NotFound(
            _('"%(name)s" is opsdesk\'s own record.', name=name),
            _("Its rows are shown where they belong, not as a table."),
        )


def _acts(name: str, kind: str) -> dict[str, bool]:
    """Return what can be done with a table beside looking at it."""
    is_free = name.lower() not in PROTECTED
    return {"is_exported": is_free, "takes_imports": is_free and kind != VIEW}
