"""From form values to what is typed after a command's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from click import Command, Option

from app.errors import Invalid
from app.runner.parameters.declared import Declared, declared, item_types, longest
from app.runner.parameters.kinds import FormValue, typed

# How often -v may be typed; nobody needs more, and each is an item of a list.
COUNT_LIMIT = 1000


def to_argv(command: Command, values: Mapping[str, Any]) -> list[str]:
    """Return what is typed for `values`: options as two words, then, if there are any, -- and the arguments.

    values: form values by name, as `form_values` gives them; numbers may be JSON numbers. None is as good as left out:
        the default applies. Click judges the values themselves when it parses them.

    Raises:
        Invalid: a name that is not a parameter's, a value of the wrong shape, or one that cannot be typed.
    """
    declarations = {found.name: found for found in declared(command)}
    _refuse_unknown(values, declarations)
    given = {name: values[name] for name in declarations if values.get(name) is not None}
    prefixes = _prefixes(command)
    argv: list[str] = []
    for name, value in given.items():
        if not declarations[name].positional:
            argv += _option(declarations[name], value, prefixes)
    arguments = _arguments([found for found in declarations.values() if found.positional], given)
    return [*argv, "--", *arguments] if arguments else argv


def _refuse_unknown(values: Mapping[str, Any], declarations: Mapping[str, Declared]) -> None:
    unknown = ", ".join(f'"{name}"' for name in values if name not in declarations)
    if unknown:
        hint = f"There is: {', '.join(declarations)}." if declarations else "It takes none."
        raise Invalid(f"There is no parameter {unknown}.", hint)


def _prefixes(command: Command) -> set[str]:
    """Return the first characters of what Click takes for an option."""
    return {"-"} | {spelling[0] for option in command.params for spelling in (*option.opts, *option.secondary_opts)}


def _option(option: Declared, value: Any, prefixes: set[str]) -> list[str]:
    if option.is_count:
        return _count(option, value)
    occurrences = _list(value, option.label) if option.main.multiple else [value]
    if not occurrences:
        return _untyped(option, value)
    if option.is_switch:
        return [word for occurrence in occurrences for word in _switch(option, occurrence)]
    spelling = longest(option.main.opts)
    return [word for each in occurrences for word in (spelling, *_attached(option, each, prefixes))]


def _count(option: Declared, value: Any) -> list[str]:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= COUNT_LIMIT:
        raise Invalid(f"{option.label} takes how often it is typed: a whole number from 0 to {COUNT_LIMIT}.")
    return [longest(option.main.opts)] * value or _untyped(option, value)


def _switch(option: Declared, value: Any) -> list[str]:
    """Return the spelling of a flag that means `value`; nothing, if that is what nothing means."""
    forms = [switch.form for switch in option.switches]
    if all(isinstance(form, bool) for form in forms) and not isinstance(value, bool):
        raise Invalid(f"{option.label} is on or off: true or false, not {_shape(value)}.")
    if value in forms:
        return [option.switches[forms.index(value)].spelling]
    return _untyped(option, value)


def _attached(option: Declared, value: Any, prefixes: set[str]) -> list[str]:
    """Return the values of one occurrence of an option."""
    words = _words(option, value)
    # Click's parser takes such a word for the next option wherever an option's value may be left out.
    may_be_left_out = isinstance(option.main, Option) and option.main._flag_needs_value and option.main.nargs == 1
    if may_be_left_out and len(words[0]) > 1 and words[0][0] in prefixes:
        raise Invalid(f'{option.label}: a value that begins with "{words[0][0]}" cannot be typed here.')
    return words


def _words(declaration: Declared, value: Any) -> list[str]:
    """Return the words of one occurrence, as many as nargs says."""
    main, label = declaration.main, declaration.label
    if main.nargs == 1:
        return [typed(main.type, value, label)]
    items = _list(value, label)
    if main.nargs not in (-1, len(items)):
        raise Invalid(f"{label} takes {main.nargs} values, not {len(items)}.")
    return [typed(type_, item, label) for type_, item in zip(item_types(main, len(items)), items, strict=True)]


def _untyped(declaration: Declared, value: FormValue) -> list[str]:
    """Return no words, if Click makes the same of none.

    Raises:
        Invalid: its default is something else.
    """
    default = declaration.default(call=True)
    if (default or None) != (value or None):
        raise Invalid(f"{declaration.label} cannot be {_shape(value)}.", "Nothing that is typed says so.")
    return []


def _arguments(arguments: list[Declared], given: Mapping[str, Any]) -> list[str]:
    """Return the words of the arguments, in order.

    Raises:
        Invalid: one is left out, and Click would take another's words for it.
    """
    words = {argument.name: _words(argument, given[argument.name]) for argument in arguments if argument.name in given}
    left_out = ""
    for argument in _fill_order(arguments):
        if not words.get(argument.name):
            left_out = left_out or argument.label
            if argument.name in given:
                _untyped(argument, given[argument.name])
        elif left_out:
            raise Invalid(f"{left_out} is needed where {argument.label} is given.")
    return [word for argument in arguments for word in words.get(argument.name, [])]


def _fill_order(arguments: list[Declared]) -> list[Declared]:
    """Return arguments in the order in which Click's parser deals words to them.

    From the left up to the one that takes any number; from the right down to it; the rest is that one's.
    """
    stars = [place for place, argument in enumerate(arguments) if argument.main.nargs == -1]
    if not stars:
        return arguments
    star = stars[0]
    return [*arguments[:star], *reversed(arguments[star + 1 :]), arguments[star]]


def _list(value: Any, label: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise Invalid(f"{label} takes a list of values, not {_shape(value)}.")
    return list(value)


def _shape(value: Any) -> str:
    """Say what a value is without quoting text, which may be a secret."""
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if isinstance(value, str | dict):
        return "text" if isinstance(value, str) else "an object"
    return str(value).lower()
