"""Click commands made at random, and values that they take."""

from __future__ import annotations

import enum
import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

NEAR_TYPES = [
    "",
    "-",
    "--",
    "-x",
    "--name",
    "--name=x",
    "a=b",
    "a b",
    "a\nb",
    '"',
    "'",
    "$HOME",
    "订单 🔩",
    "\udcff",
    "/x",
]
FORMATS = ["%Y-%m-%d", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S.%f%z"]


class Colour(enum.Enum):
    """Choices whose names differ from their values."""

    RED = "r"
    DARK_GREEN = "g"


class Shade(enum.Enum):
    """Choices that are typed by their values."""

    LIGHT = "1"
    DARK = "2"


class ByValue(click.Choice[Shade]):
    """Click's own example of another normalization: an enum's values."""

    def normalize_choice(self, choice: Any, ctx: click.Context | None) -> str:  # noqa: ARG002 - Click's signature
        """Return a choice's value, and text as it is."""
        return str(choice.value) if isinstance(choice, Shade) else str(choice)


def command(*parameters: click.Parameter, **settings: Any) -> click.Command:
    """Return a command of these parameters that may not be run."""
    return click.Command("script", params=list(parameters), callback=never, **settings)


def never(**_parameters: Any) -> None:
    raise AssertionError("parsing ran the command")


def option(*declarations: str, **settings: Any) -> click.Option:
    """Return an option."""
    return click.Option(declarations, **settings)


def argument(name: str, **settings: Any) -> click.Argument:
    """Return an argument."""
    return click.Argument([name], **settings)


# The first value drawn on a machine waits for Hypothesis to build its table of characters.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass(frozen=True)
class Kind:
    """A type, and form values as they come back from it."""

    type: Callable[[], Any]
    values: st.SearchStrategy[Any]


def texts() -> st.SearchStrategy[str]:
    typed = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
    return st.one_of(typed, st.sampled_from(NEAR_TYPES), typed.map("-{}".format))


def _dates() -> st.SearchStrategy[str]:
    moments = st.datetimes()
    return st.one_of(
        moments.map(lambda moment: f"{moment:%Y}".rjust(4, "0") + f"{moment:-%m-%d}"),
        moments.filter(lambda moment: moment.second).map(lambda moment: moment.isoformat(timespec="seconds")),
    )


NUMBERS = [0.0, -0.0, 1e308, 5e-324, math.inf, -math.inf, math.nan, 0.1]

KINDS = [
    Kind(lambda: str, texts()),
    Kind(lambda: click.UNPROCESSED, texts()),
    Kind(lambda: int, st.one_of(st.integers(), st.sampled_from([10**400, -(2**63)])).map(str)),
    Kind(lambda: click.IntRange(-5, 5, min_open=True), st.integers(-4, 5).map(str)),
    Kind(lambda: float, st.one_of(st.floats(), st.sampled_from(NUMBERS)).map(repr)),
    Kind(lambda: click.FloatRange(0, 1, clamp=True), st.floats(0, 1).map(repr)),
    Kind(lambda: bool, st.booleans()),
    Kind(
        lambda: click.Choice(["Alpha", "beta", "", "-x"], case_sensitive=False),
        st.sampled_from(["Alpha", "beta", "-x"]),
    ),
    Kind(lambda: click.Choice(Colour), st.sampled_from(["RED", "DARK_GREEN"])),
    Kind(lambda: click.Choice([1, 2.5]), st.sampled_from(["1", "2.5"])),
    Kind(lambda: ByValue(Shade), st.sampled_from(["1", "2"])),
    Kind(lambda: click.DateTime(FORMATS), _dates()),
    Kind(lambda: click.UUID, st.uuids().map(str)),
    Kind(lambda: click.Path(), texts()),
    Kind(lambda: click.Path(path_type=bytes), texts()),
    Kind(lambda: click.Path(path_type=Path, allow_dash=True), texts().map(lambda text: str(Path(text)))),
    Kind(lambda: click.File("w"), texts().filter(bool)),
    Kind(lambda: click.File("ab", lazy=True), texts().filter(bool)),
    Kind(lambda: click.File("r"), st.sampled_from([__file__, "-"])),
    Kind(lambda: Decimal, st.decimals(allow_nan=False).map(str)),
]


@st.composite
def _kinds(draw: st.DrawFn) -> tuple[dict[str, Any], st.SearchStrategy[Any]]:
    """Draw the settings of a parameter that takes values, and the form values of one occurrence."""
    nargs = draw(st.sampled_from([1, 1, 1, 2, 3]))
    chosen = draw(st.lists(st.sampled_from(KINDS), min_size=nargs, max_size=nargs))
    if nargs == 1:
        return {"type": chosen[0].type()}, chosen[0].values
    if draw(st.booleans()):
        return {"type": tuple(kind.type() for kind in chosen)}, st.tuples(*(kind.values for kind in chosen)).map(list)
    return {"type": chosen[0].type(), "nargs": nargs}, st.lists(chosen[0].values, min_size=nargs, max_size=nargs)


@st.composite
def _spellings(draw: st.DrawFn, number: int) -> list[str]:
    """Draw the declarations of the option called p0, p1, ..."""
    letter, name = "abcdefgh"[number], f"p{number}"
    return draw(
        st.sampled_from(
            [[f"--{name}"], [f"-{letter}", name], [f"-{letter}", f"--from-{number}", name], [f"-long{number}", name]]
        )
    )


Made = tuple[click.Parameter, dict[str, Any]]


@st.composite
def _valued(draw: st.DrawFn, number: int) -> Made:
    settings, values = draw(_kinds())
    multiple = draw(st.booleans())
    if multiple:
        settings["multiple"], values = True, st.lists(values, min_size=1, max_size=3)
    default, value = draw(st.none() | values), draw(st.none() | values)
    made = option(*draw(_spellings(number)), **settings, default=default)
    found = value if value is not None else default
    return made, {} if found is None else {f"p{number}": found}


@st.composite
def _flag(draw: st.DrawFn, number: int) -> Made:
    pair = draw(st.booleans())
    default = draw(st.booleans())
    spelling = f"--p{number}/--no-p{number}" if pair else f"--p{number}"
    value = draw(st.booleans()) if pair or not default else True
    return option(spelling, is_flag=True, default=default), {f"p{number}": value}


@st.composite
def _counted(draw: st.DrawFn, number: int) -> Made:
    return option(f"-{'abcdefgh'[number]}", f"p{number}", count=True), {f"p{number}": draw(st.integers(0, 5))}


@st.composite
def _arguments(draw: st.DrawFn) -> list[Made]:
    """Draw arguments: required ones, and perhaps one that takes any number, or a last one that may lack."""
    made: list[Made] = []
    for number in range(draw(st.integers(0, 3))):
        settings, values = draw(_kinds())
        made.append((argument(f"A{number}", required=True, **settings), {f"a{number}": draw(values)}))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(KINDS))
        rest = draw(st.lists(kind.values, max_size=3))
        place = draw(st.integers(0, len(made)))
        made.insert(place, (argument("rest", nargs=-1, type=kind.type()), {"rest": rest} if rest else {}))
    elif draw(st.booleans()):
        settings, values = draw(_kinds())
        value = draw(st.none() | values)
        made.append((argument("last", required=False, **settings), {} if value is None else {"last": value}))
    return made


@st.composite
def commands(draw: st.DrawFn) -> tuple[click.Command, dict[str, Any]]:
    """Draw a command, and form values with every default that applies."""
    made = [draw(st.one_of(_valued(n), _valued(n), _flag(n), _counted(n))) for n in range(draw(st.integers(0, 4)))]
    made += draw(_arguments())
    values = {name: value for _, given_values in made for name, value in given_values.items()}
    return command(*(parameter for parameter, _ in made)), values


def comparable(value: Any) -> Any:
    """Return a parameter such that equal ones are equal: files by their names, nan by its text."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(comparable(item) for item in value)
    if isinstance(value, float):
        return repr(value)
    return ("file", value.name) if hasattr(value, "close_intelligently") or isinstance(value, io.IOBase) else value
