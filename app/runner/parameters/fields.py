"""What a web form needs to know of a command's parameters."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from click import Command, Option, Parameter, types

from app.runner.parameters.declared import Declared, declared
from app.runner.parameters.kinds import FormValue, Type, kind_name, write


@dataclass(frozen=True)
class Field:
    """A field of a form.

    Attributes:
        name: the name of its form value.
        label: what is typed: the longest spelling of an option; the metavar of an argument, or NAME.
        kind: text, integer, number, boolean (a value: true or false), flag, count, choice, date, datetime, uuid, file
            (opened for the script), path, or tuple (see items).
        help: its help; of flags that share a name one line each.
        required: it must be given: Click says so, or would ask for it.
        default: a form value; None if there is none, or it is made when it is needed.
        choices: what may be chosen, as form values.
        multiple: it may be given several times: its form value is a list.
        nargs: how many values it takes each time; other than 1, they are a list; -1: any number.
        minimum, maximum: of a number; `minimum_open`, `maximum_open`: that number itself is outside; `clamped`: what is
            outside is taken for the limit.
        formats: of a date, for strptime; the first is the preferred.
        mode: of a file: how it is opened, as in open().
        items: the fields of a tuple's items, in order.
        secret: it is not shown while it is typed. What a name says about that is the caller's to judge.
        positional: an argument, not an option.
        hidden: --help does not show it.
    """

    name: str
    label: str
    kind: str
    help: str = ""
    required: bool = False
    default: FormValue | None = None
    choices: tuple[str, ...] = ()
    multiple: bool = False
    nargs: int = 1
    minimum: float | None = None
    maximum: float | None = None
    minimum_open: bool = False
    maximum_open: bool = False
    clamped: bool = False
    formats: tuple[str, ...] = ()
    mode: str = ""
    items: tuple[Field, ...] = ()
    secret: bool = False
    positional: bool = False
    hidden: bool = False


def fields(command: Command) -> list[Field]:
    """Return the fields of a command's form, in the order of its parameters.

    Flags that share a name are one field, a choice; what gives the function nothing, --help say, is none.
    """
    return [_field(declaration) for declaration in declared(command)]


def shown(command: Command) -> list[Field]:
    """Return the fields that a form has: --help shows them as well, or nothing goes without them."""
    return [field for field in fields(command) if field.required or not field.hidden]


def _field(declaration: Declared) -> Field:
    main = declaration.main
    options = [option for option in declaration.parameters if isinstance(option, Option)]
    bare = Field(
        name=declaration.name,
        label=declaration.label,
        kind="",
        help="\n".join(text for text in map(_help, declaration.parameters) if text),
        required=any(map(_required, declaration.parameters)),
        default=declaration.default(),
        multiple=main.multiple,
        nargs=main.nargs,
        secret=any(option.hide_input for option in options),
        positional=declaration.positional,
        hidden=bool(options) and all(option.hidden for option in options),
    )
    return replace(bare, **_values(declaration, bare))


def _values(declaration: Declared, bare: Field) -> dict[str, Any]:
    """Return what the form shows for the values themselves."""
    if declaration.is_count:
        return {**_of_type(declaration.main.type, bare), "kind": "count"}
    if not declaration.is_switch:
        return _of_type(declaration.main.type, bare)
    forms = [switch.form for switch in declaration.switches]
    if all(isinstance(form, bool) for form in forms):
        return {"kind": "flag"}
    return {"kind": "choice", "choices": tuple(dict.fromkeys(str(form) for form in forms))}


def _of_type(type_: Type, bare: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": kind_name(type_)}
    if isinstance(type_, types.Choice):
        found["choices"] = tuple(str(write(type_, choice, bare.label)) for choice in type_.choices)
    elif isinstance(type_, types.DateTime):
        found["formats"] = tuple(type_.formats)
    elif isinstance(type_, types.File):
        found["mode"] = type_.mode
    elif isinstance(type_, types.IntRange | types.FloatRange):
        found |= {"minimum": type_.min, "maximum": type_.max}
        found |= {"minimum_open": type_.min_open, "maximum_open": type_.max_open}
        found |= {"clamped": type_.clamp}
    elif isinstance(type_, types.Tuple):
        item = Field(bare.name, bare.label, "")
        found["items"] = tuple(replace(item, **_of_type(inner, item)) for inner in type_.types)
    return found


def _help(parameter: Parameter) -> str:
    return getattr(parameter, "help", None) or ""  # an argument has help since Click 8.5


def _required(parameter: Parameter) -> bool:
    """Tell whether Click refuses to go on without it, asking for it included."""
    if parameter.required or not isinstance(parameter, Option):
        return parameter.required
    asks = parameter.prompt is not None and parameter.prompt_required
    return asks and parameter.to_info_dict()["default"] is None
