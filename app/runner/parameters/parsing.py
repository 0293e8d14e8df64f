"""Click's own parsing and validation, for a process that nobody sits in front of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

from click import Command, Context, Option, Parameter, UsageError, types

from app.runner.parameters.kinds import FormValue, Type, is_clicks_own, retyped
from app.runner.parameters.values import form_values

_WRITING = set("wax")


@contextmanager
def parsed(command: Command, argv: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Parse and validate `argv`; give the converted parameters, by name, and close their files at the end.

    No environment variable is read, nobody is asked, and a file to be written is opened when it is first written to.
    --help does what it always does: it prints, and raises Click's Exit.

    Raises:
        UsageError: Click's own; an option that Click would ask for is missing.
    """
    quiet = _unattended(command)
    for parameter in quiet.params:
        parameter.deprecated = False  # whoever typed it was told by from_argv; a default on record needs no warning
    with _context(quiet) as context:
        quiet.parse_args(context, list(argv))
        yield context.params


def parse(command: Command, argv: Sequence[str]) -> dict[str, Any]:
    """Return what `parsed` gives; files that were opened are closed again."""
    with parsed(command, argv) as parameters:
        return parameters


def from_argv(command: Command, argv: Sequence[str]) -> dict[str, FormValue]:
    """Return the form values of what was typed, defaults included: the other direction of `to_argv`.

    They are the values before callbacks, and the text, unconverted, where a type is the author's own: what is typed
    again for them has the same effect again. No file is opened.

    Raises:
        UsageError: Click's own; what callbacks and the author's types refuse shows when `parsed` comes to it.
        Invalid: a default cannot be written.
    """
    bare = _unattended(command)
    for parameter in bare.params:
        parameter.type = retyped(parameter.type, _as_typed)
        if parameter.expose_value:
            parameter.callback = None
    with _context(bare) as context:
        bare.parse_args(context, list(argv))
        return form_values(bare, context.params)


def _context(command: Command) -> Context:
    """Return the command's context; unlike make_context()'s, it closes its files when parsing fails, too."""
    settings = {**command.context_settings, "auto_envvar_prefix": None}
    return command.context_class(command, info_name=command.name, **settings)


def _unattended(command: Command) -> Command:
    """Return a copy whose parameters come from argv and defaults only."""
    made = copy(command)
    made.params = [_alone(parameter) for parameter in command.params]
    return made


def _alone(parameter: Parameter) -> Parameter:
    made = copy(parameter)
    made.envvar = None
    made.type = retyped(parameter.type, _lazy)
    if isinstance(made, Option) and made.prompt is not None:
        made.prompt_for_value = lambda ctx: _unasked(made, ctx)  # type: ignore[method-assign]
    return made


def _unasked(option: Option, context: Context) -> Any:
    """Return the default, which is what Enter would answer.

    Raises:
        UsageError: there is none.
    """
    if option.to_info_dict()["default"] is None:
        raise UsageError(f"Missing option {option.get_error_hint(context)}.", context)
    return option.get_default(context)


def _lazy(type_: Type) -> Type:
    """Return the type of a file that is opened for writing only when it is written to, whatever its author said."""
    if isinstance(type_, types.File) and _WRITING & set(type_.mode):
        made = copy(type_)
        made.lazy = True
        return made
    return type_


def _as_typed(type_: Type) -> Type:
    """Return the type whose value is what was typed, for files and for types of the author's own."""
    return type_ if is_clicks_own(type_) and not isinstance(type_, types.File) else types.STRING
