"""Form values, as HTML, as a browser sends it, and back: what runs is what the command line would run."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import click
import pytest
from flask import Flask, get_template_attribute
from hypothesis import given

from app import create_app
from app.errors import Invalid
from app.runner.parameters import Field, fields, parse, shown, to_argv
from app.web.scripts import form, inputs
from tests.random_commands import argument, command, commands, comparable, option, patient


class Browser(HTMLParser):
    """Reads a form and gives what a browser sends for it if nothing is changed (HTML, "form submission")."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: tuple[str, list[str]] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Send an input as it stands; begin what has an end."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and (given["type"] != "checkbox" or "checked" in given):
            self._send(name, value.replace("\n", "") if given["type"] == "text" else value)
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((value, "selected" in given))
        elif tag == "textarea":
            self._area = (name, [])

    def handle_endtag(self, tag: str) -> None:
        """Send what has ended."""
        if tag == "select" and self._select is not None:
            chosen = [value for value, selected in self._options if selected] or [self._options[0][0]]
            self._send(self._select, chosen[-1])
        elif tag == "textarea" and self._area is not None:
            name, texts = self._area
            self._send(name, "".join(texts).removeprefix("\n").replace("\n", "\r\n"))
            self._area = None

    def handle_data(self, data: str) -> None:
        """Take the text of an area."""
        if self._area is not None:
            self._area[1].append(data)

    def _send(self, name: str, value: str) -> None:
        self.sent.setdefault(name, []).append(value)


@pytest.fixture(scope="module")
def page() -> Iterator[Flask]:
    """Give what draws forms; no database is asked."""
    app = create_app("testing")
    with app.test_request_context():
        yield app


def drawn(found: list[Field], values: dict[str, Any], secrets: frozenset[str] = frozenset()) -> str:
    """Return the form as HTML."""
    draw = get_template_attribute("scripts/input.html", "parameter")
    filled = form.data(found, values, secrets)
    return "".join(str(draw(one)) for one in inputs.inputs(found, filled, secrets, {}))


def sent(tested: click.Command, values: dict[str, Any]) -> dict[str, Any]:
    """Return the form values that come back from a browser."""
    found = fields(tested)
    return form.values(found, Browser(drawn(found, values)).sent)


@pytest.mark.usefixtures("page")
@patient
@given(commands())
def test_what_a_form_shows_comes_back_from_a_browser(made: tuple[click.Command, dict[str, Any]]) -> None:
    tested, values = made
    unsayable = form.unsayable(fields(tested), values)
    sayable = {name: value for name, value in values.items() if name not in unsayable}
    given_by_form = sent(tested, sayable)
    defaults = {field.name: field.default for field in fields(tested) if field.default is not None}
    assert {**defaults, **given_by_form} == {**defaults, **sayable}
    if not unsayable:
        on_command_line = parse(tested, to_argv(tested, values))
        assert comparable(parse(tested, to_argv(tested, given_by_form))) == comparable(on_command_line)


@patient
@given(commands())
def test_only_odd_texts_are_unsayable(made: tuple[click.Command, dict[str, Any]]) -> None:
    tested, values = made
    found = {field.name: field for field in fields(tested)}
    for name in form.unsayable(found.values(), values):
        field, texts = found[name], form.texts_of(values[name])
        odd = any(not text or "\r" in text or "\n" in text or not text.isprintable() for text in texts)
        several_choices = field.kind == "choice" and (field.multiple or field.nargs == -1)
        assert odd or several_choices, (name, values[name])


@pytest.mark.usefixtures("page")
def test_an_empty_form_is_an_empty_command_line() -> None:
    tested = command(
        option("--name", default="x"),
        option("--limit", type=int),
        option("--day", type=click.DateTime(["%Y-%m-%d"])),
        option("--many", multiple=True),
        option("--pairs", type=(str, int), multiple=True),
        option("--sure/--unsure", default=None),
        option("--on/--off", default=True),
        argument("rest", nargs=-1),
    )
    assert parse(tested, to_argv(tested, sent(tested, {}))) == parse(tested, [])


@pytest.mark.parametrize(
    ("parameter", "texts", "value"),
    [
        (option("--x"), [""], None),
        (option("--x", default="d"), [""], ""),
        (option("--x", type=int, default=5), ["seven"], "seven"),
        (option("--x", type=bool), ["true"], True),
        (option("--x", is_flag=True), [], False),
        (option("--x", is_flag=True), ["on"], True),
        (option("--x/--y", default=None), [""], None),
        (option("--x/--y", default=None), ["false"], False),
        (option("-x", count=True), ["3"], 3),
        (option("-x", count=True), ["9" * 5000], "9" * 5000),
        (option("-x", count=True), ["two"], "two"),
        (option("--x", multiple=True), ["a\r\n\r\n b \r\n"], ["a", " b "]),
        (option("--x", multiple=True, default=["a"]), [""], []),
        (option("--x", type=click.Choice("ab"), multiple=True), ["b", "a"], ["b", "a"]),
        (option("--x", nargs=2), ["", ""], None),
        (option("--x", nargs=2), ["a", ""], ["a", ""]),
        (option("--x", type=(str, bool), multiple=True), ["a", "true", "", "", "b", ""], [["a", True], ["b", ""]]),
        (argument("x", nargs=-1), ["1\r\n2"], ["1", "2"]),
    ],
)
def test_what_is_sent_is_a_form_value(parameter: click.Parameter, texts: list[str], value: Any) -> None:
    found = form.values(fields(command(parameter)), {"p-x": texts})
    assert found == ({} if value is None else {"x": value})


def test_a_default_that_is_cleared_is_the_empty_text_and_refused_where_that_means_nothing() -> None:
    tested = command(option("--limit", type=int, default=5))
    values = form.values(fields(tested), {"p-limit": [""]})
    with pytest.raises(click.BadParameter, match="'' is not a valid integer"):
        parse(tested, to_argv(tested, values))


def test_what_is_not_asked_for_is_not_sent_on() -> None:
    found = shown(command(option("--x"), option("--inner", hidden=True), option("--y", required=True)))
    assert [field.name for field in found] == ["x", "y"]
    assert form.values(found, {"p-x": ["1"], "p-inner": ["2"], "x": ["3"], "csrf_token": ["4"]}) == {"x": "1"}


@pytest.mark.usefixtures("page")
def test_a_secret_is_never_filled_in() -> None:
    tested = command(
        option("--token", default="hunter2"),
        option("--keys", multiple=True, hide_input=True),
        option("--use-token/--no-token", "use_token"),
    )
    secrets = frozenset({"token", "keys", "use_token"})
    html = drawn(fields(tested), {"token": "hunter3", "keys": ["hunter4"], "use_token": True}, secrets)
    assert "hunter" not in html
    assert html.count('type="password"') == 1 + inputs.SPARE_ROWS
    assert form.values(fields(tested), Browser(html).sent, secrets) == {"use_token": True}
    typed = {"p-token": ["a"], "p-keys": ["b", "", "c"]}
    assert form.values(fields(tested), typed, secrets) == {"token": "a", "keys": ["b", "c"], "use_token": False}


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><b>', "' onload='x", "{{ 7 * 7 }}", "a\n</textarea><b>", "订单"]
)
def test_hostile_texts_stay_texts(text: str) -> None:
    tested = command(
        option("--one", default=text, help=text),
        option("--many", multiple=True),
        option("--pick", type=click.Choice([text])),
    )
    values = {"one": text, "many": [text], "pick": text} if "\n" not in text else {"one": text}
    assert {name: value for name, value in sent(tested, values).items() if name in values} == values


def test_an_unwritable_value_is_refused_by_its_own_name() -> None:
    from app.services.scripts.blame import blamed

    script: Any = command(option("--a", multiple=True, default=["x"]), option("--b"))
    with pytest.raises(Invalid) as caught:
        to_argv(script, {"b": "x", "a": []})
    assert blamed(script, {"b": "x", "a": []}, caught.value)[0] == "a"
