"""Between the form of an import and the services: what is looked at, and what is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from flask_babel import gettext as _

from app.errors import AppError, Failed
from app.models import Upload
from app.services import uploads
from app.services.imports import ImportRequest
from app.services.imports.previewing import Preview, PreviewRequest, preview
from app.services.imports.wanted import Wanted
from app.services.queue.sealed import seal, unseal
from app.sheets.problems import SAVE_DECRYPTED, EncryptedFile
from app.web.imports.forms import DELIMITERS, ENCODINGS, NEW_TABLE, ImportForm, tables

# The field of a header, by its position; no sheet has so many columns that it takes more digits.
COLUMN = re.compile(r"column-(\d{1,5})", re.ASCII)


@dataclass(frozen=True)
class Look:
    """What a file shows: a preview, or the problem that keeps it shut; `asks_password` if one may open it.

    `sealed` is the password that has opened it, for the form to bring back.
    """

    preview: Preview | None
    problem: str = ""
    asks_password: bool = False
    sealed: str = ""

    @property
    def is_what_was_seen(self) -> bool:
        """Tell whether the columns were chosen for these headers and this table."""
        return self.preview is not None and request.form.get("mark", "") == self.preview.mark


def look_at(upload: Upload, form: ImportForm, like: ImportRequest | None = None) -> Look:
    """Look into the file as the form says; where nothing was chosen yet, as for an import that is to be done alike."""
    password = form.password.data or _brought_back(upload) or (like.options.password if like else "")
    try:
        found = preview(_preview_request(upload, form, password, like))
    except EncryptedFile as error:
        opens = error.hint != SAVE_DECRYPTED
        said = _("The file is encrypted. Type its password.") if opens and not password else str(error)
        return Look(None, said if password or opens else str(error), opens)
    except AppError as error:
        return Look(None, str(error))
    return Look(found, "", bool(password), _sealed(upload, password))


def request_for(upload: Upload, form: ImportForm, look: Look) -> ImportRequest:
    """Return the import that is asked for, as a look at its file has shown it."""
    found = look.preview
    assert found is not None and found.head is not None  # noqa: S101, PT018 - the form was checked
    shown = replace(
        _wanted(form, form.password.data or _brought_back(upload)),
        sheet=found.head.sheet,
        header_row=found.head.header_row,
        mapping=found.mapping,
        key=next((key.columns for key in found.keys if key.name == form.key.data), ()),
    )
    return shown.request(uploads.path_of(upload))


def given_like(like: ImportRequest, own_file: bool) -> dict[str, Any]:
    """Return what the form shows for an import that is done like another one.

    Args:
        own_file: it is of the same file, so sheet and header row are the same too.
    """
    known = tables()
    creates = like.create and like.table not in known
    return {
        "header_row": like.header_row if own_file else None,
        "table": NEW_TABLE if creates else like.table,
        "new_table": like.table if creates else "",
        "mode": like.mode.name,
        "skips": like.skips,
        "skip_hidden": like.skip_hidden,
        "again": like.again and own_file,
        "rounds": like.rules.rounds,
        "date_order": like.rules.date_order,
        "thousands": like.rules.thousands,
        "nulls": "\n".join(sorted(like.rules.nulls)),
        "encoding": like.options.encoding if own_file else "",
        "delimiter": like.options.delimiter if own_file else "",
    }


def given_for(table: str) -> dict[str, Any]:
    """Return what the form shows for a table that was named: a new one where there is none."""
    if not table or table in tables():
        return {"table": table}
    return {"table": NEW_TABLE, "new_table": table}


def _preview_request(upload: Upload, form: ImportForm, password: str, like: ImportRequest | None) -> PreviewRequest:
    wanted = replace(_wanted(form, password), mapping=like.mapping if like else {})
    return replace(
        wanted.look(uploads.path_of(upload)),
        chosen=_chosen(),
        mark=request.form.get("mark", ""),
    )


def _wanted(form: ImportForm, password: str) -> Wanted:
    """Return what the form says, which need not be valid yet."""
    return Wanted(
        table=form.table_name,
        create=form.creates,
        sheet=form.sheet.data,
        header_row=form.header_row.data if not form.header_row.errors else None,
        mode=form.mode.data,
        skips=bool(form.skips.data),
        skip_hidden=bool(form.skip_hidden.data),
        again=bool(form.again.data),
        nulls=(form.nulls.data or "").splitlines(),
        thousands=form.thousands.data,
        rounds=bool(form.rounds.data),
        date_order=form.date_order.data,
        password=password,
        encoding=form.encoding.data if form.encoding.data in ENCODINGS else "",
        delimiter=form.delimiter.data if form.delimiter.data in DELIMITERS else "",
    )


def _chosen() -> dict[int, str]:
    """Return the column of each header, by its position, as the drop-downs say."""
    named = ((COLUMN.fullmatch(name), value) for name, value in request.form.items())
    return {int(field[1]): value for field, value in named if field}


def _sealed(upload: Upload, password: str) -> str:
    return seal({"upload": upload.token, "password": password}) if password else ""


def _brought_back(upload: Upload) -> str:
    """Return the password that the form brings back; "" where it brings none of this upload's."""
    try:
        kept = unseal(request.form.get("sealed", ""))
    except (Failed, ValueError):
        return ""
    return str(kept["password"]) if kept.get("upload") == upload.token else ""
