"""Charts: SVG that can be read out, whose words are escaped, whatever the figures."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask_babel import Babel

from app.web.charts import HEIGHT, LEFT, TOP, WIDTH, Bar, Point, bars, line


@pytest.fixture(autouse=True)
def request_() -> Iterator[None]:
    """Give a request, whose language the figures are in."""
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


def read(svg: str) -> ElementTree.Element:
    """Return the picture, which is well-formed."""
    return ElementTree.fromstring(svg)  # noqa: S314 - it is ours


def numbers(svg: str, attribute: str, of: str) -> list[float]:
    """Return an attribute of all elements of a class."""
    return [float(found) for found in re.findall(rf'<\w+ class="{of}"[^>]* {attribute}="([-\d.]+)"', svg)]


def test_a_chart_says_what_it_shows() -> None:
    svg = read(bars("Runs", [Bar("11-20", "3 runs", (("good", 3),))]))
    assert (svg.get("role"), svg.get("aria-label")) == ("img", "Runs")
    assert [title.text for title in svg.iter("title")] == ["3 runs"]


def test_bars_stand_on_each_other_and_the_highest_fills_the_chart() -> None:
    svg = bars("Runs", [Bar("a", "", (("good", 3), ("bad", 1))), Bar("b", "", (("good", 1), ("bad", 1)))])
    good, bad = numbers(svg, "height", "bar-good"), numbers(svg, "height", "bar-bad")
    assert good[0] + bad[0] == pytest.approx(max(numbers(svg, "height", "bar-none")), abs=0.2)
    assert good[0] == pytest.approx(3 * good[1], abs=0.2)
    assert numbers(svg, "y", "bar-bad")[0] == pytest.approx(TOP, abs=0.1)


@pytest.mark.parametrize("count", [0, 1, 2, 30, 400])
@pytest.mark.parametrize("value", [0, 0.001, 1, 10**12])
def test_nothing_is_outside_the_picture(count: int, value: float) -> None:
    for svg in (
        bars("x", [Bar(str(n), "", (("good", value), ("bad", 0))) for n in range(count)]),
        line("x", [Point("", value)] * count),
    ):
        read(svg)
        places = numbers(svg, "x", "bar-good") + numbers(svg, "cx", "dot")
        assert len(places) == count
        assert all(LEFT <= place <= WIDTH for place in places)
        heights = numbers(svg, "y", "bar-good") + numbers(svg, "cy", "dot")
        assert all(0 <= height <= HEIGHT for height in heights)


def test_labels_are_as_many_as_there_is_room_for() -> None:
    chart = bars("x", [Bar(f"d{n}", "", ()) for n in range(90)])
    labels = re.findall(r'<text x="([\d.]+)" y="\d+" text-anchor="middle">', chart)
    places = [float(label) for label in labels]
    assert 5 <= len(places) <= 9
    assert all(after - before > 40 for before, after in itertools.pairwise(places))


def test_words_are_escaped() -> None:
    hostile = '"><script>alert(1)</script>'
    for svg in (bars(hostile, [Bar(hostile, hostile, (("good", 1),))]), line(hostile, [Point(hostile, 1)])):
        assert "<script>" not in svg
        read(svg)
