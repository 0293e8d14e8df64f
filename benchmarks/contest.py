"""A contest: commands that do the same work in turns, and the lines that say how each did beside ours."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

import click

from benchmarks.measuring import Run, measure

ROUNDS = 3
LARGE = 500_000  # rows, beyond which who takes a minute takes part once


@dataclass
class Contender:
    """A command, in how many of the rounds it takes part, and its runs."""

    name: str
    command: list[str]
    rounds: int = ROUNDS
    runs: list[Run] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median of its runs in seconds."""
        return statistics.median(run.seconds for run in self.runs)


def rounds_of(rows: int, fast: bool) -> int:
    """Return in how many rounds a contender takes part."""
    return ROUNDS if fast or rows <= LARGE else 1


def hold(
    contenders: list[Contender],
    environment: dict[str, str] | None = None,
    prepare: Callable[[], None] = lambda: None,
    check: Callable[[Contender], None] = lambda _: None,
) -> None:
    """Run the contenders in turns, each after `prepare`; `check` looks at what it has done."""
    for number in range(ROUNDS):
        for contender in contenders:
            if number < contender.rounds:
                prepare()
                contender.runs.append(measure(contender.name, contender.command, environment))
                check(contender)


def report(title: str, rows: int, contenders: list[Contender]) -> None:
    """Print a line for each contender; the first one is ours."""
    ours = contenders[0].median
    for contender in contenders:
        seconds = [run.seconds for run in contender.runs]
        cpu = statistics.median(run.cpu_seconds for run in contender.runs)
        memory = max(run.memory for run in contender.runs)
        click.echo(
            f"{title:<7} {rows:>9,} rows  {contender.name:<23} {contender.median:>7.2f} s"
            f"  ({min(seconds):.2f} to {max(seconds):.2f})  {cpu:>6.2f} CPU s"
            f"  {rows / contender.median:>9,.0f} rows/s  {memory:>5,.0f} MiB  {contender.median / ours:>5.2f} x ours"
        )
