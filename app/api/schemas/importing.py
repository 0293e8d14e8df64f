"""What the API takes for an import of an upload; see `app.services.imports.wanted.Wanted`, whose names these are."""

from __future__ import annotations

from typing import Any

from apiflask import Schema, fields
from apiflask.validators import Length, OneOf, Range

from app.api.schemas.strict import Boolean, Integer
from app.services.queue.priorities import PRIORITIES
from app.sheets.cells import LAST_ROW
from app.sheets.convert.rules import DATE_ORDERS, THOUSANDS
from app.sheets.modes import INSERT, MODES
from app.sheets.read.options import DELIMITERS, ENCODINGS
from app.sheets.target import LONGEST_NAME

LONGEST_TEXT = 1000
MOST_NAMES = 4096

text = Length(max=LONGEST_TEXT)


def _flag(description: str, **given: Any) -> Boolean:
    return Boolean(load_default=False, metadata={"description": description}, **given)


def _one_of(choices: tuple[str, ...], description: str) -> fields.String:
    return fields.String(load_default="", validate=OneOf(("", *choices)), metadata={"description": description})


def _priority(default: str) -> fields.String:
    told = {"description": "Who goes first in the queue."}
    return fields.String(load_default=default, validate=OneOf(tuple(PRIORITIES)), metadata=told)


class FileSchema(Schema):
    """A file to import."""

    file = fields.File(required=True, metadata={"description": "xlsx, xlsm, xlsb, xls, ods, csv, tsv or txt."})


class LookSchema(Schema):
    """How a file is read, and how its headers map onto a table."""

    table = fields.String(load_default="", validate=Length(max=LONGEST_NAME))
    create = _flag("Make the table from the sheet.")
    sheet = fields.String(
        load_default=None,
        allow_none=True,
        validate=Length(1, LONGEST_TEXT),
        metadata={"description": "By name, or by number from 1; by default the first visible one."},
    )
    header_row = Integer(
        load_default=None,
        allow_none=True,
        validate=Range(1, LAST_ROW),
        metadata={"description": "By default the first row that is not blank."},
    )
    mapping = fields.Dict(
        keys=fields.String(validate=text),
        values=fields.String(validate=text),
        load_default=dict,
        metadata={"description": 'Header to column, for headers that are not found by themselves; "" leaves one out.'},
    )
    skip_hidden = _flag("Leave out hidden rows and columns.")
    password = fields.String(load_default="", validate=text, metadata={"description": "Of an encrypted file."})
    encoding = _one_of(ENCODINGS, "Of a text file; by default it is found.")
    delimiter = _one_of(DELIMITERS, "What parts the fields of a text file; by default it is found.")


class DryRunSchema(LookSchema):
    """A whole import, to be tried."""

    table = fields.String(required=True, validate=Length(1, LONGEST_NAME))
    mode = fields.String(
        load_default=INSERT.name,
        validate=OneOf(tuple(MODES)),
        metadata={"description": "What is done with rows that the table has already."},
    )
    key = fields.List(
        fields.String(validate=Length(1, LONGEST_NAME)),
        load_default=list,
        validate=Length(max=MOST_NAMES),
        metadata={"description": "The columns by which a mode knows rows again; by default it is found."},
    )
    skip_rejects = _flag("Leave out rows that cannot be loaded, and load the others.", attribute="skips")
    again = _flag("Import although the table has the same sheet from an earlier import.")
    nulls = fields.List(
        fields.String(validate=text),
        load_default=list,
        validate=Length(max=LONGEST_TEXT),
        metadata={"description": "Texts that count as blank."},
    )
    thousands = _one_of(THOUSANDS, "What parts thousands in numbers written as text.")
    round = _flag("Round decimals to what the column keeps.", attribute="rounds")
    date_order = _one_of(DATE_ORDERS, "How dates written as text, like 07/08/2026, read.")
    base64 = _flag("Take texts in binary columns as base64.")
    priority = _priority("high")


class ConfirmSchema(Schema):
    """The agreement to import what was tried."""

    table = fields.String(
        load_default="",
        validate=Length(max=LONGEST_NAME),
        metadata={"description": "The name of the table: needed where it is made, or rows of it are deleted."},
    )
    priority = _priority("normal")
