"""The parameters of a command by name: nearly always one for a name, several where flags share one."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeGuard

from click import Argument, Command, Context, Option, Parameter, UsageError, types

from app.errors import Invalid
from app.runner.parameters.kinds import FormValue, Type, kind_of, retyped, write


@dataclass(frozen=True)
class Switch:
    """A spelling without a value: what Click gives for it, its form value, and the spelling."""

    value: Any
    form: str | bool
    spelling: str


@dataclass(frozen=True)
class Declared:
    """What a command declares under one name."""

    name: str
    parameters: tuple[Parameter, ...]

    @property
    def main(self) -> Parameter:
        """Return the parameter that takes a value, which can say whatever the others say; else the first."""
        return next((parameter for parameter in self.parameters if not _is_flag(parameter)), self.parameters[0])

    @property
    def label(self) -> str:
        """Return the longest spelling, of each option if they are flags; an argument's metavar or NAME.

        Flags that only switch off are called by their name.
        """
        if isinstance(self.main, Argument):
            return self.main.human_readable_name
        if self.is_switch and all(switch.form is False for switch in self.switches):
            return self.name  # --no-cache switched on would be read as the opposite of cache
        labelled = self.parameters if self.is_switch else (self.main,)
        return " / ".join(longest(option.opts or option.secondary_opts) for option in labelled)

    @property
    def positional(self) -> bool:
        """Tell whether it is an argument."""
        return isinstance(self.main, Argument)

    @property
    def is_count(self) -> bool:
        """Tell whether it counts how often it is typed."""
        return isinstance(self.main, Option) and self.main.count

    @property
    def is_switch(self) -> bool:
        """Tell whether all its options are flags."""
        return _is_flag(self.main)

    @property
    def switches(self) -> list[Switch]:
        """Return the spellings of its flags, each with its meaning."""
        return [switch for option in self.parameters if isinstance(option, Option) for switch in _switches(option)]

    def default(self, call: bool = False) -> FormValue | None:
        """Return the form value of the default; None if there is none, or none that can be written.

        `call`: call a default that is a function; without, it is None.
        """
        found = (default_of(self, parameter, call) for parameter in self.parameters)
        return next((default for default in found if default is not None), None)


def declared(command: Command) -> list[Declared]:
    """Return a command's parameters by name, in order. Those that give the function nothing, --help say, are not there.

    Two flags may share a name: Click's manual, "Options", "Flag Value".
    """
    by_name: dict[str, list[Parameter]] = {}
    for parameter in command.params:
        if parameter.expose_value:
            by_name.setdefault(parameter.name or "", []).append(parameter)
    return [Declared(name, tuple(parameters)) for name, parameters in by_name.items()]


def longest(spellings: Sequence[str]) -> str:
    """Return the longest spelling, the first of equals."""
    return max(spellings, key=len)


def form_value(declaration: Declared, value: Any) -> FormValue:
    """Return the form value of what Click made of a parameter.

    Raises:
        Invalid: it cannot be written, or a callback made something of another shape.
    """
    if declaration.is_count:
        return int(value)
    if declaration.main.multiple:
        return [_occurrence(declaration, item) for item in _items(value, declaration.label)]
    return _occurrence(declaration, value)


def _occurrence(declaration: Declared, value: Any) -> FormValue:
    """Return the form value of one occurrence: one value, or a list of nargs values."""
    main, label = declaration.main, declaration.label
    if declaration.is_switch:
        return _switched(declaration, value)
    if main.nargs == 1:
        return write(main.type, value, label)
    items = _items(value, label)
    return [write(type_, item, label) for type_, item in zip(item_types(main, len(items)), items, strict=True)]


def item_types(parameter: Parameter, count: int) -> list[Type]:
    """Return the types of `count` values of one occurrence."""
    if isinstance(parameter.type, types.Tuple):
        return list(parameter.type.types)
    return [parameter.type] * count


def _items(value: Any, label: str) -> list[Any]:
    if not isinstance(value, tuple | list):
        raise Invalid(f"{label}: its callback made {type(value).__name__} of its values, which cannot be written.")
    return list(value)


def _switched(declaration: Declared, value: Any) -> FormValue:
    """Return the form value of a flag's value, or of a default that no flag has."""
    for switch in declaration.switches:
        if type(switch.value) is type(value) and switch.value == value:
            return switch.form
    if isinstance(value, bool):
        return value
    return write(declaration.main.type, value, declaration.label)


def _is_flag(parameter: Parameter) -> TypeGuard[Option]:
    return isinstance(parameter, Option) and parameter.is_flag


def _switches(option: Option) -> list[Switch]:
    if not option.is_flag:
        return []
    if option.is_bool_flag and option.secondary_opts:
        both = ((True, option.opts), (False, option.secondary_opts))
        return [Switch(value, value, longest(spellings)) for value, spellings in both if spellings]
    value = option.type(flag_value(option))
    return [Switch(value, _named(value, option), longest(option.opts))]


def flag_value(option: Option) -> Any:
    """Return what Click hands to an option's type when its flag is typed."""
    value = option.to_info_dict()["flag_value"]
    return True if value is None else value


def _named(value: Any, option: Option) -> str | bool:
    """Return the form value of a flag's value: its text; the flag's spelling, if it is an object without one."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return value.name
    return str(value) if isinstance(value, str | int | float) else longest(option.opts)


def default_of(declaration: Declared, parameter: Parameter, call: bool) -> FormValue | None:
    """Return the form value of one parameter's default: see `Declared.default`. No file is opened or looked at."""
    default = parameter.to_info_dict()["default"]  # what Click uses where none was declared, shown as None
    if _is_flag(parameter) and default is True and not parameter.is_bool_flag:
        default = flag_value(parameter)
    elif callable(default) and not (_is_flag(parameter) and default is flag_value(parameter)):
        default = default() if call else None
    if default is None or default == ():
        return None
    unopened = copy(parameter)
    unopened.type = retyped(parameter.type, lambda type_: type_ if kind_of(type_).checked else types.STRING)
    try:
        value = unopened.type_cast_value(Context(Command(None)), default)
        return form_value(Declared(declaration.name, (unopened,)), value)
    except (UsageError, Invalid):
        return None
