"""Where do the bars of a plot stand? Numbers become rectangles; the template draws them."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 220
"""Of a plot, in its own units: it is drawn as wide as the page is."""
_LEFT, _BOTTOM, _TOP = 56, 28, 14
_STEPS = (1, 2, 5)
_LINES = 4
"""Lines across a plot at the most, but for zero."""
_TICKS = 8
_FILLED = 0.8
"""How much of a place its bars take."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One value, as a rectangle."""

    x: float
    y: float
    width: float
    height: float
    series: int
    place: int
    value: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line across the plot, with its value."""

    y: float
    value: int


@dataclass(frozen=True, kw_only=True)
class Tick:
    """The middle of a place that is labelled."""

    x: float
    place: int


@dataclass(frozen=True, kw_only=True)
class Plot:
    """Bars of some series side by side, one group a place."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]


def bar_plot(series: Sequence[Sequence[int]]) -> Plot:
    """Lay out bars: `series[s][p]`, nothing below 0, is what series `s` has at place `p`."""
    places = len(series[0])
    step = step_of(most := max(map(max, series)))
    top = max(1, -(-most // step)) * step
    slot, unit = (WIDTH - _LEFT) / places, (HEIGHT - _TOP - _BOTTOM) / top
    wide = slot * _FILLED / len(series)

    def bar(s: int, p: int) -> Bar:
        value = series[s][p]
        return Bar(
            x=round(_LEFT + slot * (p + (1 - _FILLED) / 2) + wide * s, 2),
            y=round(HEIGHT - _BOTTOM - value * unit, 2),
            width=round(wide, 2),
            height=round(value * unit, 2),
            series=s,
            place=p,
            value=value,
        )

    return Plot(
        bars=tuple(bar(s, p) for p in range(places) for s in range(len(series))),
        lines=tuple(
            Line(y=round(HEIGHT - _BOTTOM - value * unit, 2), value=value)
            for value in range(0, top + 1, step)
        ),
        ticks=tuple(
            Tick(x=round(_LEFT + slot * (p + 0.5), 2), place=p)
            for p in range(0, places, -(-places // _TICKS))
        ),
    )


def step_of(most: int) -> int:
    """Give the distance of the lines: 1, 2 or 5 times a power of ten, so that a few are enough."""
    power = 1
    while True:
        for step in _STEPS:
            if step * power * _LINES >= most:
                return step * power
        power *= 10
