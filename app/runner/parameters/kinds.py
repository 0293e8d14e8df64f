"""One value of each Click type: what kind of field it is, and its form value: JSON that the type reads back unchanged.

Numbers are text, since JSON numbers lose digits on their way through browsers and databases, and know no nan.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from click import UsageError, types

from app.errors import Invalid

FormValue = str | bool | int | list[Any]
Type: TypeAlias = "types.ParamType[Any]"  # quoted: not generic before Click 8.4

# The names that standard input and output have as files; Click opens them for "-".
_STANDARD_STREAMS = {"<stdin>", "<stdout>"}
_TIME_DIRECTIVE = re.compile(r"%[HIMSfpzZcX]")
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)


@dataclass(frozen=True)
class Kind:
    """A kind of field.

    Attributes:
        name: what a form calls it.
        written: yields the form values that a converted value might have, the preferred first.
        checked: a form value counts only if the type converts it to the same value. Files and paths are as typed.
    """

    name: str
    written: Callable[[Any, Any], Iterator[str | bool]]
    checked: bool = True


def _text(_type: Type, value: Any) -> Iterator[str]:
    yield str(value)


def _boolean(_type: Type, value: Any) -> Iterator[bool]:
    yield bool(value)


def _number(_type: Type, value: Any) -> Iterator[str]:
    yield repr(float(value)) if isinstance(value, int | float) else str(value)


def _choice(choice: types.Choice[Any], value: Any) -> Iterator[str]:
    yield value.name if isinstance(value, Enum) else str(value)
    yield choice.normalize_choice(value, None)  # a subclass may read something else than the name


def _date(date: types.DateTime, value: Any) -> Iterator[str]:
    if isinstance(value, datetime):
        yield from (_formatted(value, format) for format in date.formats)


def _formatted(value: datetime, format: str) -> str:
    """Return `value` in a strftime format. %Y has four digits, as strptime wants it; glibc does not pad years."""
    year = f"{value.year:04d}"
    return value.strftime(_DIRECTIVE.sub(lambda found: year if found[1] == "Y" else found[0], format))


def _file(_type: Type, value: Any) -> Iterator[str]:
    name = value if isinstance(value, str | bytes | os.PathLike) else getattr(value, "name", None)
    unopened = hasattr(value, "close_intelligently")  # Click's lazy file, whose name is as typed
    if not isinstance(name, str | bytes | os.PathLike) or (name in _STANDARD_STREAMS and not unopened):
        name = "-"  # what was put in place of a standard stream may have no name
    yield os.fsdecode(name)


def _path(_type: Type, value: Any) -> Iterator[str]:
    yield os.fsdecode(value) if isinstance(value, str | bytes | os.PathLike) else str(value)


# Looked up along the type's base classes; whatever else there is, is text.
_KINDS: dict[type[Any], Kind] = {
    types.StringParamType: Kind("text", _text),
    types.UnprocessedParamType: Kind("text", _text),
    types.IntParamType: Kind("integer", _text),
    types.IntRange: Kind("integer", _text),
    types.FloatParamType: Kind("number", _number),
    types.FloatRange: Kind("number", _number),
    types.BoolParamType: Kind("boolean", _boolean),
    types.Choice: Kind("choice", _choice),
    types.DateTime: Kind("datetime", _date),
    types.UUIDParameterType: Kind("uuid", _text),
    types.File: Kind("file", _file, checked=False),
    types.Path: Kind("path", _path, checked=False),
    types.Tuple: Kind("tuple", _text),
}
_OTHER = Kind("text", _text)


def kind_of(type_: Type) -> Kind:
    """Return the kind of a type; a subclass's is that of its nearest known base."""
    return next((_KINDS[base] for base in type(type_).__mro__ if base in _KINDS), _OTHER)


def kind_name(type_: Type) -> str:
    """Return the name of a type's kind; "date" for a DateTime none of whose formats has a time."""
    name = kind_of(type_).name
    if isinstance(type_, types.DateTime) and not any(_TIME_DIRECTIVE.search(format) for format in type_.formats):
        return "date"
    return name


def is_clicks_own(type_: Type) -> bool:
    """Tell whether the type is one of Click's, whose values can be written, and not an author's own."""
    return type(type_) in _KINDS


def retyped(type_: Type, change: Callable[[Type], Type]) -> Type:
    """Return what `change` makes of a type; a tuple's items are changed one by one."""
    if isinstance(type_, types.Tuple):
        return types.Tuple([retyped(item, change) for item in type_.types])
    return change(type_)


def write(type_: Type, value: Any, label: str) -> str | bool:
    """Return the form value of one converted value.

    Raises:
        Invalid: the type reads nothing back that equals it: no format of a date keeps its microseconds, say.
    """
    kind = kind_of(type_)
    for written in kind.written(type_, value):
        if not kind.checked or _reads_as(type_, written, value):
            return written
    hint = "Its type must read its value's text back unchanged."
    raise Invalid(f"{label}: its value cannot be written so that it is read back the same.", hint)


def _reads_as(type_: Type, written: str | bool, value: Any) -> bool:
    try:
        read = type_(written)
    except UsageError:
        return False
    if isinstance(read, datetime) and isinstance(value, datetime):
        return read == value and read.utcoffset() == value.utcoffset()
    return bool(read == value or (read != read and value != value))  # nan is equal to nothing


def typed(type_: Type, value: Any, label: str) -> str:
    """Return what is typed for one form value. JSON numbers are taken as well as their text.

    Raises:
        Invalid: it has the wrong shape, or holds what no command line can.
    """
    kind = kind_of(type_).name
    if isinstance(value, list | dict):
        raise Invalid(f"{label} takes a single value, not {'a list' if isinstance(value, list) else 'an object'}.")
    if kind == "boolean" and isinstance(value, bool):
        return "true" if value else "false"
    if kind in ("integer", "number") and isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    if not isinstance(value, str):
        raise Invalid(f"{label} takes {_TAKES.get(kind, 'text')}, not {value!r}.")
    return _typeable(value, label)


_TAKES = {"boolean": "true or false", "integer": "an integer", "number": "a number"}


def _typeable(text: str, label: str) -> str:
    """Return `text` if an operating system can hand it to a process: no NUL, no half of a surrogate pair."""
    try:
        text.encode("utf-8", "surrogateescape")  # PEP 383: other halves stand for bytes of file names
    except UnicodeEncodeError:
        raise Invalid(f"{label} holds half a character, which cannot be typed.") from None
    if "\0" in text:
        raise Invalid(f"{label} holds a NUL character, which cannot be typed.")
    return text
