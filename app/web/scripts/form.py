"""The parameters of a script as a form: what a browser sends for their form values, and the way back.

A form is a dictionary of lists of texts, by the names of its inputs, as browsers send it. Each field has one of the
shapes below. An input that is left empty says nothing, and the default applies; one in which a default was cleared says
the empty text, as `--prefix ""` does. Which values no form can say, `unsayable` knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.runner.parameters import Field, FormValue
from app.services.scripts.secrets import is_hidden

Data = Mapping[str, Sequence[str]]

PREFIX = "p-"
ON = "on"
SWITCHED = {"true": True, "false": False}
# What is yes or no, and what is said by one of a few texts: no list of them is typed line by line.
SWITCHES = ("flag", "boolean")
LONGEST_COUNT = 9  # digits; nobody types as many -v


@dataclass(frozen=True)
class Shape:
    """How a field is filled in.

    Attributes:
        name: what the page draws.
        read: the form value of the texts that were sent for a field; None for nothing.
        write: the texts that are sent for a form value.
    """

    name: str
    read: Callable[[Field, Sequence[str]], FormValue | None]
    write: Callable[[Field, Any], list[str]]


def key_of(field: Field) -> str:
    """Return the name of a field's inputs; no other input of the page has such a name."""
    return PREFIX + field.name


def shape_of(field: Field, secret: bool) -> Shape:
    """Return how a field is filled in; `secret`: it is not shown while it is typed."""
    listed = field.multiple or field.nargs == -1
    if field.kind == "flag" and field.default is not None and not listed:
        return TICK
    if field.nargs not in (1, -1):
        return ROWS if field.multiple else ROW
    if not listed:
        return ONE
    if field.kind == "choice":
        return TICKS
    return ROWS if secret or field.kind in SWITCHES else LINES


def values(fields: Iterable[Field], data: Data, secrets: Collection[str] = ()) -> dict[str, FormValue]:
    """Return the form values of what was sent; `secrets`: names of fields that are. Nothing is judged here."""
    found: dict[str, FormValue] = {}
    for field in fields:
        secret = is_hidden(field, secrets)
        shape, sent = shape_of(field, secret), [_clean(text) for text in data.get(key_of(field), ())]
        value = field.default if not secret and _is_default(field, shape, sent) else shape.read(field, sent)
        if value is None or (secret and not _says_something(value)):
            continue
        found[field.name] = value
    return found


def data(fields: Iterable[Field], given: Mapping[str, Any], secrets: Collection[str] = ()) -> dict[str, list[str]]:
    """Return what is sent for form values, and for the defaults of what is not given. No secret is filled in."""
    filled: dict[str, list[str]] = {}
    for field in fields:
        secret = is_hidden(field, secrets)
        value = None if secret else given.get(field.name, field.default)
        filled[key_of(field)] = [] if value is None else shape_of(field, secret).write(field, value)
    return filled


def unsayable(fields: Iterable[Field], given: Mapping[str, Any]) -> list[str]:
    """Return the names of form values that a form says otherwise: texts of several lines in a list, say."""
    fields = list(fields)
    said = values(fields, data(fields, given))
    defaults = {field.name: field.default for field in fields}
    names = [field.name for field in fields if field.name in given]
    return [name for name in names if said.get(name, defaults[name]) != given[name] or not _sendable(given[name])]


def _tick(_field: Field, sent: Sequence[str]) -> bool:
    return bool(sent)


def _one(field: Field, sent: Sequence[str]) -> FormValue | None:
    return _item(field, sent[0]) if sent and (sent[0] or _has_default(field)) else None


def _row(field: Field, sent: Sequence[str]) -> FormValue | None:
    return _occurrence(field, sent) if any(sent) or (sent and _has_default(field)) else None


def _ticks(field: Field, sent: Sequence[str]) -> FormValue | None:
    return _list(field, [_item(field, text) for text in sent])


def _lines(field: Field, sent: Sequence[str]) -> FormValue | None:
    texts = [line for text in sent for line in text.split("\n") if line]
    return _list(field, [_item(field, text) for text in texts])


def _rows(field: Field, sent: Sequence[str]) -> FormValue | None:
    if field.nargs in (1, -1):
        return _list(field, [_item(field, text) for text in sent if text])
    return _list(field, [_occurrence(field, row) for row in _cut(sent, field.nargs) if any(row)])


def _cut(sent: Sequence[str], width: int) -> Iterator[Sequence[str]]:
    """Cut what was sent for a table of inputs into its rows."""
    for start in range(0, len(sent), width):
        yield sent[start : start + width]


def _list(field: Field, items: list[Any]) -> FormValue | None:
    """Return the values of a list; none at all is something only where there would be a default."""
    return items if items or field.default else None


def _occurrence(field: Field, row: Sequence[str]) -> list[Any]:
    items = field.items or [field] * len(row)
    return [_item(item, text) for item, text in zip(items, row, strict=False)]


def _item(field: Field, text: str) -> FormValue:
    """Return the form value of one text. What a field does not take stays text, which its type then refuses."""
    if field.kind in SWITCHES:
        return SWITCHED.get(text, text)
    if field.kind == "count" and text.isascii() and text.isdigit() and len(text) <= LONGEST_COUNT:
        return int(text)
    return text


def _is_default(field: Field, shape: Shape, sent: Sequence[str]) -> bool:
    """Tell whether the default was left as it was filled in, which no texts may say: a list of one empty text, say."""
    return field.default is not None and _filled(map(_clean, shape.write(field, field.default))) == _filled(sent)


def _filled(texts: Iterable[str]) -> list[str]:
    """Return texts without the empty ones at the end, which rows to spare add."""
    found = list(texts)
    while found and not found[-1]:
        found.pop()
    return found


def _has_default(field: Field) -> bool:
    """Tell whether an empty input is one whose default was cleared."""
    return field.default not in (None, "")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def texts_of(value: Any) -> list[str]:
    """Return the texts of a value, of lists of lists as well, in order."""
    return [text for item in value for text in texts_of(item)] if isinstance(value, list) else [_text(value)]


def _clean(text: str) -> str:
    """Return a text with the line breaks of the rest of the world: browsers send CR LF (HTML, "form submission")."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _says_something(value: FormValue) -> bool:
    return any(texts_of(value))


def _sendable(value: Any) -> bool:
    """Tell whether browsers send a value as it is: nothing but whole characters, and line breaks as `_clean` has it."""
    text = "".join(texts_of(value))
    return "\r" not in text and not any(0xD800 <= ord(character) <= 0xDFFF for character in text)


TICK = Shape("tick", _tick, lambda _field, value: [ON] if value else [])
ONE = Shape("one", _one, lambda _field, value: texts_of(value))
ROW = Shape("row", _row, lambda _field, value: texts_of(value))
TICKS = Shape("ticks", _ticks, lambda field, value: [text for text in field.choices if text in texts_of(value)])
LINES = Shape("lines", _lines, lambda _field, value: ["\n".join(texts_of(value))])
ROWS = Shape("rows", _rows, lambda _field, value: texts_of(value))
