"""The inputs of a script's form, as the page draws them: what each takes, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from app.runner.parameters import Field
from app.services.scripts.secrets import is_hidden
from app.web.scripts import form

# Empty rows below those that are filled in.
SPARE_ROWS = 3
# The keyboard that a phone shows; anything can be typed all the same, so that what is wrong is told and not dropped.
INPUT_MODES = {"integer": "numeric", "count": "numeric", "number": "decimal"}
ISO_DAY = "%Y-%m-%d"
EXAMPLE = datetime(2026, 11, 20, 14, 2, 59)


@dataclass(frozen=True)
class Input:
    """A parameter in the form.

    Attributes:
        key: the name of its inputs.
        shape: how it is filled in; see `form`.
        texts: what is filled in.
        hidden: it is not shown while it is typed.
        errors: what is wrong with it.
    """

    field: Field
    key: str
    shape: str
    texts: tuple[str, ...]
    hidden: bool
    errors: tuple[str, ...]

    @property
    def label(self) -> str:
        """Return what it is called: its spelling without dashes."""
        return label_of(self.field)

    @property
    def items(self) -> tuple[Field, ...]:
        """Return the fields of one row."""
        count = self.field.nargs if self.field.nargs > 0 else 1
        return self.field.items or (self.field,) * count

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Return the texts of each row, with spare ones below where there may be several."""
        width = len(self.items)
        spare = SPARE_ROWS if self.shape == "rows" else int(not self.texts)
        texts = [*self.texts, *[""] * width * spare]
        return [tuple(texts[start : start + width]) for start in range(0, len(texts) - width + 1, width)]

    @property
    def takes(self) -> str:
        """Return what it takes, in the page's language; "" where anything goes."""
        return " ".join(part for part in (*map(_kind, self.field.items or (self.field,)), _several(self)) if part)

    @property
    def choices(self) -> str:
        """Return what may be chosen, as a sentence; "" where it is no choice."""
        return str(_("One of: %(choices)s.", choices=", ".join(self.field.choices))) if self.field.choices else ""

    @property
    def default(self) -> str:
        """Return what is taken where nothing is given, as a sentence; "" where that is nothing, or secret."""
        if self.hidden or self.field.default in (None, "", False, 0, []):
            return ""
        return str(_("Default: %(value)s.", value=", ".join(form.texts_of(self.field.default))))


def label_of(field: Field) -> str:
    """Return what a parameter is called for people: `--max-age` is `max age`."""
    return " / ".join(part.lstrip("-").replace("-", " ") for part in field.label.split(" / "))


def inputs(
    fields: Sequence[Field], data: form.Data, secrets: Collection[str], errors: Mapping[str, Sequence[str]]
) -> list[Input]:
    """Return the inputs of a form in which `data` is filled in; `errors` by the names of fields."""
    made = []
    for field in fields:
        hidden = is_hidden(field, secrets)
        shape, texts = form.shape_of(field, hidden).name, () if hidden else tuple(data.get(form.key_of(field), ()))
        made.append(Input(field, form.key_of(field), shape, texts, hidden, tuple(errors.get(field.name, ()))))
    return made


def input_mode(field: Field) -> str:
    """Return which keyboard a phone shows for a value."""
    return INPUT_MODES.get(field.kind, "text")


def is_day(field: Field, text: str) -> bool:
    """Tell whether a value is chosen in the browser's calendar, which knows the days of ISO 8601 alone."""
    return field.kind == "date" and ISO_DAY in field.formats and _is_iso_day(text)


def _is_iso_day(text: str) -> bool:
    try:
        return not text or datetime.strptime(text, ISO_DAY).strftime("%Y-%m-%d") == text
    except ValueError:
        return False


def _kind(field: Field) -> str:
    examples = _(" or ").join(EXAMPLE.strftime(format) for format in field.formats)
    texts = {
        "integer": _("A whole number%(limits)s.", limits=_limits(field)),
        "number": _("A number%(limits)s.", limits=_limits(field)),
        "date": _("A date, as %(examples)s.", examples=examples),
        "datetime": _("A time, as %(examples)s.", examples=examples),
        "count": _("How many times, from 0."),
        "uuid": _("A UUID."),
        "file": _("The path of a file on the server."),
        "path": _("A path on the server."),
    }
    return str(texts.get(field.kind, ""))


def _limits(field: Field) -> str:
    """Return the limits of a number: `, ≥ 1, < 10`."""
    low, high = ">" if field.minimum_open else "≥", "<" if field.maximum_open else "≤"
    limits = ((low, field.minimum), (high, field.maximum))
    return "".join(f"{_(', ')}{sign} {limit}" for sign, limit in limits if limit is not None)


def _several(input: Input) -> str:
    texts = {"lines": _("One in each line."), "rows": _("One in each row; empty rows do not count.")}
    return str(texts.get(input.shape, ""))
