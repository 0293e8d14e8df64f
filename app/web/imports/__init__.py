"""Import: upload a sheet, see how it goes into a table, try it, and then import exactly that. For operators."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.errors import AppError, TooLarge
from app.http.roles import needs
from app.models import Upload
from app.services import runs, uploaded_imports, uploads
from app.services.imports import ImportRequest
from app.web import run_ids
from app.web.bodies import takes_file
from app.web.imports.asking import Look, given_for, given_like, look_at, request_for
from app.web.imports.forms import ImportForm, UploadForm
from app.web.run_ids import RUN_ID
from app.web.runs.context import context_of

blueprint = Blueprint("imports", __name__, url_prefix="/import")

RUN = f"/<token>/runs/{RUN_ID}"
Page = str | tuple[str, int]


@blueprint.route("/", methods=["GET", "POST"])
@needs("operator")
@takes_file
def new() -> Page | Response:
    """Take a file in."""
    form = UploadForm(table=request.args.get("table", ""))
    form.offer_tables(form.table.data or "")
    if not form.is_submitted():
        return render_template("imports/new.html", form=form)
    status = 422
    if form.validate():
        try:
            upload = uploads.receive(form.file.data.stream, form.file.data.filename or "")
        except AppError as error:
            form.blame(error, "file")
            status = error.status if isinstance(error, TooLarge) else status
        else:
            wanted = {"table": form.table.data, "like": form.like.data}
            return redirect(url_for(".show", token=upload.token, **{k: v for k, v in wanted.items() if v}))
    return render_template("imports/new.html", form=form), status


@blueprint.route("/<token>", methods=["GET", "POST"])
@needs("operator")
def show(token: str) -> Page:
    """Show how a file would go into a table, and let people change that; POST looks again as the form says."""
    upload = uploads.get(token)
    if request.method == "POST":
        form = ImportForm()
        return _page(upload, form, look_at(upload, form))
    like = _like(request.args.get("like", ""))
    given = (
        given_like(like, like.files == (uploads.path_of(upload),)) if like else given_for(request.args.get("table", ""))
    )
    form = ImportForm(**given)
    return _page(upload, form, look_at(upload, form, like))


@blueprint.post("/<token>/try")
@needs("operator")
def try_out(token: str) -> Page | Response:
    """Start the dry run of an import."""
    upload, form = uploads.get(token), ImportForm()
    look = look_at(upload, form)
    form.offer(look.preview)
    if look.preview and form.check(look.preview) and look.preview.can_be_tried and look.is_what_was_seen:
        try:
            run_id = uploaded_imports.try_out(upload, request_for(upload, form, look))
        except AppError as error:
            form.blame(error, "new_table" if form.creates else "table")
        else:
            return redirect(url_for(".run", token=token, run_id=run_id))
    return _page(upload, form, look, 422)


@blueprint.get(RUN)
@needs("operator")
def run(token: str, run_id: int) -> str:
    """Show a dry run or an import of an upload: how far it is, what came of it, and what can be done next."""
    upload = uploads.get(token)
    asked = uploaded_imports.asked_of(upload, run_id).request
    confirmed = uploaded_imports.confirmed(upload, run_id)
    mend = UploadForm(table=asked.table, like=f"{token}/{run_id}")
    return render_template(
        "imports/run.html", upload=upload, asked=asked, confirmed=confirmed, mend=mend, **context_of(runs.get(run_id))
    )


@blueprint.post(f"{RUN}/without-rejects")
@needs("operator")
def leave_out(token: str, run_id: int) -> Response:
    """Start the dry run once more, without the rows that cannot be loaded."""
    upload = uploads.get(token)
    return redirect(url_for(".run", token=token, run_id=uploaded_imports.try_without_rejects(upload, run_id)))


@blueprint.post(f"{RUN}/confirm")
@needs("operator")
def confirm(token: str, run_id: int) -> Response:
    """Start the import of exactly what a dry run has tried."""
    upload = uploads.get(token)
    asked = uploaded_imports.asked_of(upload, run_id).request
    if asked.mode.deletes and request.form.get("table", "").strip() != asked.table:
        flash(_("Type the name of the table, %(table)s, to replace its rows.", table=asked.table), "error")
        return redirect(url_for(".run", token=token, run_id=run_id))
    try:
        run_id = uploaded_imports.confirm(upload, run_id)
    except AppError as error:
        flash(str(error), "error")
    return redirect(url_for(".run", token=token, run_id=run_id))


def _page(upload: Upload, form: ImportForm, look: Look, status: int = 200) -> Page:
    form.offer(look.preview)
    template = "imports/plan.html" if request.headers.get("HX-Request") else "imports/show.html"
    asked_again = status != 200 and not look.is_what_was_seen
    return render_template(template, upload=upload, form=form, look=look, asked_again=asked_again), status


def _like(named: str) -> ImportRequest | None:
    """Return the import that another one is to be like, by the token of its upload and its run: `TOKEN/12`."""
    token, _slash, run = named.partition("/")
    try:
        run_id = run_ids.read(run)
    except ValueError:
        return None
    return uploaded_imports.asked_of(uploads.get(token), run_id).request
