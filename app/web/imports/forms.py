"""The forms of an import: the file, and what is to be done with it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length, NumberRange, Optional

from app.own_tables import PROTECTED
from app.services import browsing
from app.services.imports.previewing import Preview
from app.services.tables import TABLE
from app.sheets.cells import LAST_ROW
from app.sheets.read import options
from app.sheets.target import LONGEST_NAME, is_new_name
from app.web.choices import choices_of
from app.web.forms import Form
from app.words import plain

# The choice that stands for a table that is made; no table is called like that.
NEW_TABLE = " "
MODES = {
    "insert": _("insert: every row is new; one that the table has already is rejected"),
    "upsert": _("upsert: rows that the table has get the sheet's values, all others are added"),
    "skip": _("skip: rows that the table has stay as they are, all others are added"),
    "replace": _("replace: afterwards the table has exactly the sheet's rows; all others are deleted"),
}
DATE_ORDERS = {
    "": _("only dates that can be read in one way"),
    "YMD": _("year, month, day"),
    "DMY": _("day, month, year"),
    "MDY": _("month, day, year"),
}
THOUSANDS = {
    "": _("nothing"),
    ",": _("comma: 1,234.50"),
    ".": _("point: 1.234,50"),
    "'": _("apostrophe: 1'234.50"),
    "_": _("underscore: 1_234.50"),
    " ": _("space: 1 234.50"),
    "\u00a0": _("no-break space"),
    "\u202f": _("narrow no-break space"),
}
ENCODINGS = {
    "": _("found by itself"),
    **{name: name for name in options.ENCODINGS},
}
DELIMITERS = {
    "": _("found by itself"),
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tabulator"),
    "|": _("vertical bar"),
}


class UploadForm(Form):
    """A file, and perhaps already the table that it goes into."""

    file = FileField(
        _("File"),
        [FileRequired(_("Choose a file."))],
        render_kw={"accept": ".xlsx,.xlsm,.xlsb,.xls,.ods,.csv,.tsv,.txt"},
    )
    table = SelectField(_("Table"), validate_choice=False)
    like = HiddenField()

    def offer_tables(self, wanted: str) -> None:
        """Offer the tables that there are, and the one that is wanted."""
        names = tables()
        if wanted and wanted not in names:
            names.append(wanted)
        self.table.choices = {"": gettext("– choose it later –"), **{name: name for name in names}}


class ImportForm(Form):
    """What an import is asked; which column each header fills is beside it, since it depends on the sheet."""

    sheet = SelectField(_("Sheet"), coerce=int, validate_choice=False)
    header_row = IntegerField(_("Row of the headers"), [Optional(), NumberRange(1, LAST_ROW)])
    table = SelectField(_("Table"))
    new_table = StringField(_("Name of the new table"), [Length(max=LONGEST_NAME)])
    password = PasswordField(_("Password of the file"), [Length(max=1000)], render_kw={"autocomplete": "off"})
    encoding = SelectField(_("Encoding"), choices=choices_of(ENCODINGS), default="")
    delimiter = SelectField(_("What parts the fields"), choices=choices_of(DELIMITERS), default="")
    mode = RadioField(_("Rows that the table has already"), choices=choices_of(MODES), default="insert")
    key = SelectField(_("Rows are known again by"), validate_choice=False)
    skips = BooleanField(_("Leave out rows that cannot be loaded, and load the others"))
    again = BooleanField(_("Import it although the table has the same sheet from an earlier import"))
    skip_hidden = BooleanField(_("Leave out hidden rows and columns"))
    rounds = BooleanField(_("Round decimals to what the column keeps"))
    date_order = SelectField(_("Dates written as text, like 07/08/2026"), choices=choices_of(DATE_ORDERS))
    thousands = SelectField(_("What parts thousands in numbers written as text"), choices=choices_of(THOUSANDS))
    nulls = TextAreaField(
        _("Texts that count as blank"), [Length(max=10_000)], description=_("One a line."), render_kw={"rows": 2}
    )

    def __init__(self, **given: Any) -> None:
        """Take what was sent, else what is `given`."""
        super().__init__(**given)
        new = {NEW_TABLE: gettext("– a new table, made from the sheet –")}
        self.table.choices = {"": gettext("– choose –"), **{name: name for name in tables()}, **new}

    @property
    def creates(self) -> bool:
        """Tell whether the table is to be made."""
        return bool(self.table.data == NEW_TABLE)

    @property
    def table_name(self) -> str:
        """Return the table that is filled; "" as long as none is chosen."""
        return (self.new_table.data or "").strip() if self.creates else self.table.data or ""

    def offer(self, preview: Preview | None) -> None:
        """Offer what the file has: its sheets, and the keys by which its rows can be known again."""
        sheets = preview.sheets if preview else ()
        self.sheet.choices = {
            str(number): plain(name) if visible else gettext("%(sheet)s (hidden)", sheet=plain(name))
            for number, (name, visible) in enumerate(sheets, 1)
        }
        if preview and preview.head:
            self.sheet.data = [name for name, _ in sheets].index(preview.head.sheet) + 1
        keys = preview.keys if preview else ()
        found = {key.name: ", ".join(key.columns) for key in keys}
        self.key.choices = {"": gettext("the primary key, else the one unique key"), **found}

    def check(self, preview: Preview) -> bool:
        """Tell whether the import can be tried; what cannot is told of beside its field."""
        return self.validate() and self._fits_table() and self._fits_key(preview)

    def _fits_table(self) -> bool:
        name = self.table_name
        if is_new_name(name) if self.creates else name:
            return True
        field = self.new_table if self.creates else self.table
        field.errors = [gettext("Name it otherwise.") if name else gettext("Choose a table.")]
        return False

    def _fits_key(self, preview: Preview) -> bool:
        """Tell whether the mode finds a key that the sheet fills whole."""
        if self.creates and self.mode.data != "insert":
            self.mode.errors = [gettext("A new table is empty: choose insert.")]
        elif self.key.data and self.key.data not in [key.name for key in preview.keys]:
            self.key.errors = [gettext("The sheet does not fill this key whole. Choose another one.")]
        elif self.mode.data != "insert" and not self.key.data:
            self.key.errors = self._lacking_key(preview)
        return not (self.mode.errors or self.key.errors)

    def _lacking_key(self, preview: Preview) -> list[str]:
        names = [key.name for key in preview.keys]
        if not names:
            return [gettext("Rows can be known again only by a unique key of the table that the sheet fills whole.")]
        return (
            [gettext("The sheet fills several keys. Choose one.")] if "PRIMARY" not in names and len(names) > 1 else []
        )


def tables() -> list[str]:
    """Return the tables that sheets can be imported into."""
    entries = browsing.tables_for_browsing()
    return [entry.name for entry in entries if entry.kind == TABLE and entry.name not in PROTECTED]
