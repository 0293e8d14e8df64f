"""The form model of Click's parameters: fields, form values, and the way to argv and back."""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import pytest
from hypothesis import example, given

from app.errors import Invalid
from app.runner.parameters import Field, fields, form_values, from_argv, parse, parsed, to_argv
from tests.random_commands import (
    ByValue,
    Colour,
    Shade,
    argument,
    command,
    commands,
    comparable,
    option,
    patient,
    texts,
)


def there_and_back(tested: click.Command, values: dict[str, Any]) -> dict[str, Any]:
    """Return the form values of what is parsed from the argv of form values."""
    return form_values(tested, parse(tested, to_argv(tested, values)))


@patient
@given(commands())
def test_form_values_go_to_argv_and_back_unchanged(made: tuple[click.Command, dict[str, Any]]) -> None:
    tested, values = made
    assert there_and_back(tested, values) == values
    assert from_argv(tested, to_argv(tested, values)) == values


@patient
@given(commands())
def test_argv_of_form_values_parses_to_equal_parameters(made: tuple[click.Command, dict[str, Any]]) -> None:
    tested, values = made
    parameters = parse(tested, to_argv(tested, values))
    again = parse(tested, to_argv(tested, form_values(tested, parameters)))
    assert comparable(again) == comparable(parameters)
    assert again.keys() == parameters.keys()


@patient
@given(commands())
def test_form_values_survive_json(made: tuple[click.Command, dict[str, Any]]) -> None:
    tested, values = made
    found = there_and_back(tested, values)
    assert json.loads(json.dumps(found)) == found
    assert json.loads(json.dumps(found, allow_nan=False, ensure_ascii=False)) == found


@patient
@given(commands())
def test_what_click_alone_parses_is_the_same(made: tuple[click.Command, dict[str, Any]]) -> None:
    tested, values = made
    argv = to_argv(tested, values)
    with tested.make_context("script", list(argv)) as context:
        assert comparable(form_values(tested, context.params)) == comparable(values)


@patient
@given(commands())
def test_a_default_can_be_typed(made: tuple[click.Command, dict[str, Any]]) -> None:
    for parameter in made[0].params:
        (field,) = fields(command(parameter))
        if field.default is not None:
            assert there_and_back(command(parameter), {field.name: field.default}) == {field.name: field.default}


@patient
@given(texts(), texts())
@example("--", "-")
@example("--name", "")
def test_any_text_is_an_option_s_and_an_argument_s_value(first: str, second: str) -> None:
    tested = command(option("--name"), option("-n", "number"), argument("TABLE"), argument("rest", nargs=-1))
    values = {"name": first, "number": second, "table": first, "rest": [second, first]}
    assert there_and_back(tested, values) == values


# Fields -----------------------------------------------------------------------------------------------------------


def only(parameter: click.Parameter, *others: click.Parameter) -> Field:
    """Return the one field of a command."""
    (field,) = fields(command(parameter, *others))
    return field


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, "text"),
        ({"type": int}, "integer"),
        ({"default": 1.5}, "number"),
        ({"type": bool}, "boolean"),
        ({"is_flag": True}, "flag"),
        ({"count": True}, "count"),
        ({"type": click.Choice(["a"])}, "choice"),
        ({"type": click.DateTime(["%Y-%m-%d", "%d.%m.%y"])}, "date"),
        ({"type": click.DateTime()}, "datetime"),
        ({"type": click.UUID}, "uuid"),
        ({"type": click.File()}, "file"),
        ({"type": click.Path()}, "path"),
        ({"type": (str, int)}, "tuple"),
        ({"type": Decimal}, "text"),
    ],
)
def test_a_field_has_the_kind_of_its_type(settings: dict[str, Any], kind: str) -> None:
    assert only(option("--x", **settings)).kind == kind


def test_an_option_is_labelled_with_its_longest_spelling() -> None:
    field = only(option("-f", "--from", "since", help="Not before this day.", required=True))
    assert field == Field("since", "--from", "text", help="Not before this day.", required=True)


def test_an_argument_is_labelled_with_its_metavar_or_name() -> None:
    labels = [field.label for field in fields(command(argument("source", metavar="FILE"), argument("target")))]
    assert labels == ["FILE", "TARGET"]
    assert only(argument("rest", nargs=-1)) == Field("rest", "REST", "text", nargs=-1, positional=True)


def test_a_range_says_where_it_ends() -> None:
    field = only(option("--share", type=click.FloatRange(0, 1, min_open=True), default=0.5))
    assert (field.minimum, field.minimum_open, field.maximum, field.maximum_open) == (0, True, 1, False)
    assert field.default == "0.5"
    assert only(option("--n", type=click.IntRange(min=3))).maximum is None


def test_choices_are_the_texts_that_were_declared() -> None:
    assert only(option("--a", type=click.Choice(["Alpha", "b"], case_sensitive=False))).choices == ("Alpha", "b")
    assert only(option("--c", type=click.Choice(Colour), default=Colour.RED)).choices == ("RED", "DARK_GREEN")
    assert only(option("--s", type=ByValue(Shade))).choices == ("1", "2")


def test_a_tuple_has_a_field_for_each_item() -> None:
    field = only(option("--span", type=(click.Choice(["a"]), click.IntRange(1, 9)), multiple=True))
    assert [(item.kind, item.choices, item.maximum) for item in field.items] == [
        ("choice", ("a",), None),
        ("integer", (), 9),
    ]
    assert (field.nargs, field.multiple) == (2, True)


@pytest.mark.parametrize(
    ("settings", "default"),
    [
        ({}, None),
        ({"default": "x"}, "x"),
        ({"default": ""}, ""),
        ({"default": "7", "type": int}, "7"),
        ({"is_flag": True}, False),
        ({"is_flag": True, "default": True}, True),
        ({"count": True}, 0),
        ({"type": click.Choice(Colour), "default": Colour.RED}, "RED"),
        ({"type": click.DateTime(), "default": datetime(2024, 6, 10)}, "2024-06-10"),
        ({"type": click.File(), "default": "/no/such/file"}, "/no/such/file"),
        ({"type": click.Path(exists=True), "default": Path("/no/such")}, "/no/such"),
        ({"multiple": True, "default": ["a", "b"]}, ["a", "b"]),
        ({"multiple": True, "type": (str, int), "default": [("a", 1)]}, [["a", "1"]]),
        ({"multiple": True}, None),
        ({"default": lambda: "made when needed"}, None),
        ({"type": int, "default": "not a number"}, None),
    ],
)
def test_a_default_is_a_form_value(settings: dict[str, Any], default: Any) -> None:
    assert only(option("--x", **settings)).default == default


def test_a_hidden_input_is_secret_and_a_hidden_option_hidden() -> None:
    assert only(option("--password", hide_input=True)).secret
    assert only(option("--x", hidden=True)).hidden
    assert not only(option("--x")).hidden


def test_what_gives_the_function_nothing_is_no_field() -> None:
    tested = command(option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_never_called))
    assert fields(tested) == []
    assert from_argv(tested, []) == {}


def _never_called(context: click.Context, _parameter: click.Parameter, value: Any) -> Any:
    assert not value
    return value


# Flags ------------------------------------------------------------------------------------------------------------


def test_flags_that_share_a_name_are_one_choice() -> None:
    tested = command(
        option("--upper", "case", flag_value="upper", default=True, help="Capitals."),
        option("--lower", "case", flag_value="lower", help="None."),
    )
    (field,) = fields(tested)
    assert (field.kind, field.choices, field.default) == ("choice", ("upper", "lower"), "upper")
    assert (field.label, field.help) == ("--upper / --lower", "Capitals.\nNone.")
    assert from_argv(tested, []) == {"case": "upper"}
    assert to_argv(tested, {"case": "lower"}) == ["--lower"]
    assert there_and_back(tested, {"case": "lower"}) == {"case": "lower"}


def test_flags_of_objects_are_called_by_name_or_spelling() -> None:
    tested = command(
        option("--red", "colour", flag_value=Colour.RED),
        option("--none", "colour", flag_value=dict, type=click.UNPROCESSED),
    )
    assert only(*tested.params).choices == ("RED", "--none")
    assert parse(tested, to_argv(tested, {"colour": "--none"})) == {"colour": dict}
    assert [there_and_back(tested, {"colour": value}) for value in ("RED", "--none")] == [
        {"colour": "RED"},
        {"colour": "--none"},
    ]


def test_flags_of_true_and_false_that_share_a_name_are_one_flag() -> None:
    tested = command(option("--loud", "loud", flag_value=True), option("--quiet", "loud", flag_value=False))
    assert only(*tested.params).kind == "flag"
    assert to_argv(tested, {"loud": False}) == ["--quiet"]
    assert there_and_back(tested, {"loud": True}) == {"loud": True}


def test_a_flag_beside_an_option_with_a_value_is_written_as_its_value() -> None:
    tested = command(option("--fast", "mode", flag_value="fast"), option("--mode"))
    assert only(*tested.params).kind == "text"
    assert from_argv(tested, ["--fast"]) == {"mode": "fast"}
    assert to_argv(tested, {"mode": "fast"}) == ["--mode", "fast"]


def test_flags_given_several_times_are_a_list() -> None:
    tested = command(
        option("--add", "steps", flag_value="add", multiple=True),
        option("--cut", "steps", flag_value="cut", multiple=True),
    )
    assert there_and_back(tested, {"steps": ["cut", "add", "cut"]}) == {"steps": ["cut", "add", "cut"]}


def test_a_flag_that_only_switches_off() -> None:
    tested = command(option("--no-cache", "cache", flag_value=False, default=True))
    assert only(*tested.params).label == "cache"
    assert [to_argv(tested, {"cache": value}) for value in (True, False)] == [[], ["--no-cache"]]
    assert from_argv(tested, []) == {"cache": True}


@pytest.mark.parametrize(
    "parameter",
    [
        option("--x", is_flag=True, default=True),
        option("--x", is_flag=True, default=lambda: True),
        option("-x", count=True, default=2),
        option("--x", multiple=True, default=["a"]),
        argument("x", nargs=-1, default=["a"]),
    ],
)
def test_what_nothing_typed_would_say_is_refused(parameter: click.Parameter) -> None:
    nothing: dict[str, Any] = {"count": 0, "flag": False}
    empty = nothing.get(only(parameter).kind, [])
    with pytest.raises(Invalid, match="cannot be"):
        to_argv(command(parameter), {"x": empty})


def test_an_option_whose_value_may_be_left_out() -> None:
    tested = command(option("--log", is_flag=False, flag_value="all"), option("-x", is_flag=True))
    assert from_argv(tested, ["--log", "-x"]) == {"log": "all", "x": True}
    assert there_and_back(tested, {"log": "-", "x": True}) == {"log": "-", "x": True}
    with pytest.raises(Invalid, match='--log: a value that begins with "-" cannot be typed here'):
        to_argv(tested, {"log": "-x"})


# What to_argv refuses ---------------------------------------------------------------------------------------------


def test_unknown_names_are_listed() -> None:
    tested = command(option("--prefix"), option("--yes", is_flag=True))
    with pytest.raises(Invalid) as caught:
        to_argv(tested, {"prefix": "a", "perfix": "b", "help": True})
    assert str(caught.value) == 'There is no parameter "perfix", "help". There is: prefix, yes.'


@pytest.mark.parametrize(
    ("parameter", "value", "said"),
    [
        (option("--x"), ["a"], "--x takes a single value, not a list."),
        (option("--x"), {"a": 1}, "--x takes a single value, not an object."),
        (option("--x"), 5, "--x takes text, not 5."),
        (option("--x", type=int), True, "--x takes an integer, not True."),
        (option("--x", multiple=True), "secret", "--x takes a list of values, not text."),
        (option("--x", nargs=2), ["a"], "--x takes 2 values, not 1."),
        (option("--x", nargs=2, multiple=True), ["a", "b"], "--x takes a list of values, not text."),
        (option("--x", is_flag=True), "true", "--x is on or off: true or false, not text."),
        (option("-x", count=True), 10**12, "-x takes how often it is typed: a whole number from 0 to 1000."),
        (option("--x"), "a\0b", "--x holds a NUL character, which cannot be typed."),
        (option("--x"), "\ud800", "--x holds half a character, which cannot be typed."),
        (argument("x"), ["a"], "X takes a single value, not a list."),
    ],
)
def test_the_wrong_shape_is_refused(parameter: click.Parameter, value: Any, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        to_argv(command(parameter), {"x": value})
    assert str(caught.value) == said


def test_json_numbers_are_taken_for_numbers() -> None:
    tested = command(option("--limit", type=int), option("--share", type=float))
    assert there_and_back(tested, {"limit": 10**30, "share": 1e400}) == {"limit": str(10**30), "share": "inf"}


def test_null_is_as_good_as_left_out() -> None:
    assert to_argv(command(option("--x"), argument("y", required=False)), {"x": None, "y": None}) == []


@pytest.mark.parametrize(
    "arguments",
    [
        [argument("a", required=False), argument("b", required=False)],
        [argument("a", required=False), argument("b", nargs=-1)],
        [argument("b", nargs=-1), argument("a", required=False)],
        [argument("rest", nargs=-1), argument("b", required=False), argument("a", required=False)],
    ],
)
def test_an_argument_never_takes_another_s_words(arguments: list[click.Argument]) -> None:
    tested = command(*arguments)
    value = ["x"] if any(found.name == "b" and found.nargs == -1 for found in arguments) else "x"
    with pytest.raises(Invalid, match="A is needed where B is given"):
        to_argv(tested, {"b": value})


# Parsing ----------------------------------------------------------------------------------------------------------


def test_click_s_own_refusals_pass_through() -> None:
    tested = command(option("--n", type=int, required=True))
    for argv in ([], ["--n", "x"], ["--m", "1"], ["--n", "1", "more"]):
        with pytest.raises(click.UsageError):
            parse(tested, argv)


def test_the_environment_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMIT", "5")
    monkeypatch.setenv("APP_LIMIT", "6")
    tested = command(option("--limit", envvar="LIMIT"), context_settings={"auto_envvar_prefix": "APP"})
    assert parse(tested, []) == {"limit": None}
    assert tested.params[0].envvar == "LIMIT"


def test_what_would_be_asked_for_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("typed\n" * 9))
    tested = command(option("--password", prompt=True, hide_input=True, confirmation_prompt=True))
    assert only(*tested.params).required
    with pytest.raises(click.UsageError, match="Missing option '--password'"):
        parse(tested, [])
    assert parse(tested, ["--password", "x"]) == {"password": "x"}


def test_the_default_answers_what_would_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("typed\n" * 9))
    tested = command(option("--city", prompt=True, default="北京"), option("--sure", is_flag=True, prompt="Sure?"))
    assert [field.required for field in fields(tested)] == [False, False]
    assert parse(tested, []) == {"city": "北京", "sure": False}


def test_an_option_that_asks_when_it_has_no_value_is_missing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("typed\n" * 9))
    tested = command(option("--token", prompt=True, prompt_required=False))
    assert parse(tested, []) == {"token": None}
    with pytest.raises(click.UsageError, match="Missing option '--token'"):
        parse(tested, ["--token"])


def test_a_deprecated_option_warns_whoever_typed_it_only(capsys: pytest.CaptureFixture[str]) -> None:
    tested = command(option("--old", default="x", deprecated=True))
    parse(tested, to_argv(tested, from_argv(tested, [])))
    assert capsys.readouterr().err == ""
    from_argv(tested, ["--old", "y"])
    assert "deprecated" in capsys.readouterr().err


def test_help_prints_and_exits(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit):
        parse(command(option("--limit")), ["--help"])
    assert "--limit" in capsys.readouterr().out


# Files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made",
    [
        *(click.File(mode) for mode in ("w", "wb", "a", "x", "w+")),
        *(click.File(mode, lazy=False) for mode in ("w", "wb", "a", "x", "w+")),
        click.File("w", lazy=False, atomic=True),
    ],
    ids=lambda made: f"{made.mode} {made.lazy} {made.atomic}",
)
def test_parsing_touches_no_file_to_be_written(made: click.File, tmp_path: Path) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.write_text("kept")
    tested = command(option("--kept", type=made), option("--new", type=made))
    values = {"kept": str(kept), "new": str(new)}
    assert there_and_back(tested, values) == values
    assert from_argv(tested, to_argv(tested, values)) == values
    assert kept.read_text() == "kept"
    assert not new.exists()


def test_a_file_is_open_while_it_is_needed_and_closed_afterwards() -> None:
    tested = command(option("--file", type=click.File()))
    with parsed(tested, ["--file", __file__]) as parameters:
        assert parameters["file"].readline()
    assert parameters["file"].closed
    assert form_values(tested, parameters) == {"file": __file__}


def test_a_written_file_is_whole_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with parsed(command(option("--out", type=click.File("w", atomic=True))), ["--out", str(path)]) as parameters:
        parameters["out"].write("done")
    assert path.read_text() == "done"


def test_files_are_closed_when_a_later_parameter_is_refused() -> None:
    opened: list[Any] = []

    class Watched(click.File):
        def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
            opened.append(super().convert(value, param, ctx))
            return opened[-1]

    with pytest.raises(click.UsageError):
        parse(command(argument("file", type=Watched()), argument("n", type=int)), [__file__, "x"])
    assert [file.closed for file in opened] == [True]


def test_standard_streams_stay_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    tested = command(
        option("--in", "source", type=click.File("rb")),
        option("--out", type=click.File("w")),
        option("--p", type=click.Path()),
    )
    values = {"source": "-", "out": "-", "p": "-"}
    assert there_and_back(tested, values) == values


def test_a_file_called_like_a_standard_stream_is_no_dash() -> None:
    tested = command(option("--out", type=click.File("w")))
    assert there_and_back(tested, {"out": "<stdout>"}) == {"out": "<stdout>"}


def test_from_argv_opens_no_file() -> None:
    assert from_argv(command(option("--file", type=click.File())), ["--file", "/no/such"]) == {"file": "/no/such"}


# What types and callbacks make of values --------------------------------------------------------------------------


def test_a_value_before_its_callback_is_kept() -> None:
    tested = command(option("--percent", type=float, callback=lambda _c, _p, value: value / 100))
    values = from_argv(tested, ["--percent", "5"])
    assert values == {"percent": "5.0"}
    assert parse(tested, to_argv(tested, values)) == {"percent": 0.05}


def test_the_text_of_an_author_s_own_type_is_kept() -> None:
    tested = command(option("--where", type=json.loads), option("--pair", type=(json.loads, int)))
    values = from_argv(tested, ["--where", '{"a": 1}', "--pair", "[]", "007"])
    assert values == {"where": '{"a": 1}', "pair": ["[]", "7"]}
    assert parse(tested, to_argv(tested, values)) == {"where": {"a": 1}, "pair": ([], 7)}


@pytest.mark.parametrize(
    "parameter",
    [
        option("--x", type=json.loads, default='{"a": 1}'),
        option("--x", default="a,b", callback=lambda _c, _p, value: value.split(",")),
        option("--x", default=["a", "b"], multiple=True, callback=lambda _c, _p, value: len(value)),
        option("--x", type=click.DateTime(), default=datetime(2024, 6, 10, 1, 2, 3, 4)),
    ],
)
def test_a_value_that_cannot_be_typed_again_is_refused(parameter: click.Parameter) -> None:
    tested = command(parameter)
    with pytest.raises(Invalid, match="--x: its"):
        form_values(tested, parse(tested, []))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2024-06-10", "2024-06-10"),
        ("2024-06-10T00:00:00", "2024-06-10"),
        ("0099-01-02 03:04:05", "0099-01-02T03:04:05"),
    ],
)
def test_a_date_takes_the_first_format_that_loses_nothing(typed: str, kept: str) -> None:
    assert from_argv(command(option("--day", type=click.DateTime())), ["--day", typed]) == {"day": kept}


def test_dates_keep_their_offset() -> None:
    tested = command(option("--at", type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M%z"])))
    assert from_argv(tested, ["--at", "2024-06-10 08:00+08:00"]) == {"at": "2024-06-10 08:00+0800"}


def test_canonical_texts_are_kept() -> None:
    tested = command(
        option("--n", type=int), option("--id", type=click.UUID), option("--c", type=click.Choice(["Ab"], False))
    )
    identity = UUID(int=7)
    values = from_argv(tested, ["--n", "+007", "--id", identity.hex.upper(), "--c", "aB"])
    assert values == {"n": "7", "id": str(identity), "c": "Ab"}


def test_what_was_not_given_is_left_out() -> None:
    tested = command(option("--x"), option("--y", multiple=True), argument("z", nargs=-1), option("--f", is_flag=True))
    assert from_argv(tested, []) == {"f": False}
