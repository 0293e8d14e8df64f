"""Charts as SVG, made here: no script, and colours from the style sheet, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask
from flask_babel import format_decimal
from markupsafe import Markup

# In units of the picture, which the page scales to its own width.
WIDTH, HEIGHT = 420, 130
LEFT, TOP, BOTTOM = 44, 12, 22
WIDEST_BAR = 40


@dataclass(frozen=True)
class Bar:
    """A bar of stacked parts.

    Attributes:
        label: below it, where there is room.
        title: what it says to whoever points at it or has it read out.
        parts: each a tone (good, bad, other) and how much.
    """

    label: str
    title: str
    parts: tuple[tuple[str, float], ...]

    @property
    def total(self) -> float:
        """Return how high it is."""
        return sum(amount for _, amount in self.parts)


@dataclass(frozen=True)
class Point:
    """A point of a line: what it says, and its height."""

    title: str
    value: float


def init_app(app: Flask) -> None:
    """Give templates these charts."""
    app.add_template_global(bars)
    app.add_template_global(line)


def bars(what: str, given: Sequence[Bar]) -> Markup:
    """Return a chart of bars; `what` it shows is read out."""
    top = max((bar.total for bar in given), default=0) or 1
    step = min((WIDTH - LEFT) / max(len(given), 1), WIDEST_BAR)
    drawn = [_bar(bar, LEFT + number * step, step, top) for number, bar in enumerate(given)]
    return _picture(what, top, [*drawn, *_labels(given, step)])


def line(what: str, given: Sequence[Point]) -> Markup:
    """Return a chart of one line, the oldest point first."""
    top = max((point.value for point in given), default=0) or 1
    step = (WIDTH - LEFT - 10) / max(len(given) - 1, 1)
    places = [(LEFT + 5 + number * step, _height(point.value, top)) for number, point in enumerate(given)]
    path = Markup('<polyline class="line" points="{}"/>').format(" ".join(f"{x:.1f},{y:.1f}" for x, y in places))
    dots = [
        Markup('<circle class="dot" cx="{}" cy="{}" r="4"><title>{}</title></circle>').format(
            f"{x:.1f}", f"{y:.1f}", p.title
        )
        for p, (x, y) in zip(given, places, strict=True)
    ]
    return _picture(what, top, [path, *dots])


def _bar(bar: Bar, x: float, step: float, top: float) -> Markup:
    drawn, floor = [Markup("<g><title>{}</title>").format(bar.title)], float(HEIGHT - BOTTOM)
    # What can be pointed at is as high as the picture, so that a day without anything says so too.
    drawn.append(_rectangle("bar-none", x, TOP, step, HEIGHT - BOTTOM - TOP))
    for tone, amount in bar.parts:
        height = HEIGHT - BOTTOM - _height(amount, top)
        floor -= height
        drawn.append(_rectangle(f"bar-{tone}", x + step * 0.1, floor, step * 0.8, height))
    return Markup("").join([*drawn, Markup("</g>")])


def _rectangle(tone: str, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        tone, f"{x:.1f}", f"{y:.1f}", f"{width:.1f}", f"{height:.1f}"
    )


def _labels(given: Sequence[Bar], step: float) -> list[Markup]:
    """Return the labels below the bars, as many as there is room for: each in the middle of what it stands for."""
    each = max(1, round(48 / step))
    return [
        Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
            f"{LEFT + (number + 0.5) * step:.1f}", HEIGHT - 6, bar.label
        )
        for number, bar in enumerate(given)
        if number % each == each // 2 and bar.label
    ]


def _height(value: float, top: float) -> float:
    """Return where a value stands, counted from above."""
    return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP)


def _picture(what: str, top: float, drawn: Sequence[Markup]) -> Markup:
    floor = HEIGHT - BOTTOM
    frame = Markup(
        '<line class="axis" x1="{left}" y1="{floor}" x2="{width}" y2="{floor}"/>'
        '<text x="{end}" y="{top}" text-anchor="end">{most}</text>'
        '<text x="{end}" y="{floor}" text-anchor="end">0</text>'
    ).format(left=LEFT, floor=floor, width=WIDTH, end=LEFT - 6, top=TOP + 4, most=format_decimal(round(top, 1)))
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>').format(
        WIDTH, HEIGHT, what, frame, Markup("").join(drawn)
    )
