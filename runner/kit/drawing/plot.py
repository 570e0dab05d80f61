"""Bars and lines over time or numbers: axes, grid, legend and marks."""

from itertools import pairwise

from runner.kit.drawing import svg
from runner.kit.drawing.scales import (
    Scale,
    Tick,
    decade_ticks,
    number_label,
    number_ticks,
    time_text,
    time_ticks,
)
from runner.model.frozen import frozen

WIDTH, LEFT, RIGHT, TALL = 720.0, 64.0, 16.0, 190.0


@frozen
class Series:
    """Values of one colour: where they stand, and how high; None leaves a gap."""

    name: str
    points: tuple[tuple[float, float | None], ...]


@frozen
class Plot:
    """What is drawn. `x` are seconds since 1970 where `over_time`, else numbers.

    Where `is_log`, they are decimal logarithms, and the axis says of which numbers.
    """

    title: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    over_time: bool = True
    is_share: bool = False
    is_log: bool = False


@frozen
class _Ground:
    """The axes of a plot, and the room above them that title and legend take."""

    x: Scale
    y: Scale
    top: float
    parts: list[str]


def draw_bars(plot: Plot) -> str:
    """Bars, those of several series stacked in their order; a band where no series has a value.

    Amounts below zero hang from it, stacked by themselves.
    """
    gap, ends = _least_gap(plot), _stacked(plot)
    reached = [0.0, *(high for stack in ends for _, high in stack)]
    ground = _ground(plot, max(reached), gap, min(reached))
    wide = max(ground.x(ground.x.low + gap) - ground.x.start - 1, 1.0)
    parts = _bands(plot, ground, wide)
    for place, one, stack in zip(_places(plot), plot.series, ends, strict=True):
        for (x, y), (start, end) in zip(one.points, stack, strict=True):
            if start != end:
                top, foot = ground.y(max(start, end)), ground.y(min(start, end))
                size = (wide, max(foot - top, 0.6))
                said = _said(plot, one, x, y)
                parts.append(svg.box((ground.x(x), top), size, svg.colour(place), said))
    return _picture(plot, ground, parts)


def _stacked(plot: Plot) -> list[list[tuple[float, float]]]:
    """Where the bar of each point of each series begins and ends, seen from zero."""
    bases: dict[tuple[float, bool], float] = {}
    found = []
    for one in plot.series:
        stack = []
        for x, y in one.points:
            side = (x, (y or 0) < 0)
            start = bases.get(side, 0.0)
            bases[side] = start + (y or 0)
            stack.append((start, bases[side]))
        found.append(stack)
    return found


def _bands(plot: Plot, ground: _Ground, wide: float) -> list[str]:
    """A pale band for each place without a value, which is not the same as a value of nothing."""
    known = {x for one in plot.series for x, y in one.points if y is not None}
    unknown = sorted({x for one in plot.series for x, _ in one.points} - known)
    size = (wide, TALL)
    bands = [
        svg.box((ground.x(x), ground.top), size, svg.NO_DATA, f"{_at(plot, x)}: no data", 0.22)
        for x in unknown
    ]
    foot = ground.top + TALL + 36
    key = [svg.box((LEFT, foot - 9), (12, 10), svg.NO_DATA, "no data", 0.22)]
    return [*bands, *key, svg.label(LEFT + 18, foot, "no data")] if bands else []


def draw_lines(plot: Plot) -> str:
    """A line for each series, broken where it has no value."""
    tops = [y for one in plot.series for _, y in one.points if y is not None]
    ground = _ground(plot, max(tops, default=0), 0)
    parts = []
    for place, one in zip(_places(plot), plot.series, strict=True):
        stretch: list[tuple[float, float]] = []
        for x, y in (*one.points, (0.0, None)):
            if y is not None:
                stretch.append((ground.x(x), ground.y(y)))
            elif stretch:
                parts.append(svg.path(stretch, place))
                stretch = []
    return _picture(plot, ground, parts)


def _ground(plot: Plot, top: float, gap: float, bottom: float = 0.0) -> _Ground:
    """`gap` is the width of a bar, which needs room after the last one."""
    xs = [x for one in plot.series for x, _ in one.points] or [0.0]
    room, legend = _legend(plot, filled=gap > 0)
    x = Scale(min(xs), max(xs) + gap, LEFT, WIDTH - RIGHT)
    known = [y for one in plot.series for _, y in one.points if y is not None]
    is_whole = not plot.is_share and all(y == int(y) for y in known)
    ticks = number_ticks(
        min([0.0, bottom, *known]), top or (0.0 if bottom else 1), 5, plot.is_share, is_whole
    )
    y = Scale(ticks[0].value, ticks[-1].value, room + TALL, room)
    parts = legend
    for tick in ticks:
        at = y(tick.value)
        parts.append(svg.rule((LEFT, at), (WIDTH - RIGHT, at), "g" if tick.value else "a"))
        parts.append(svg.label(LEFT - 8, at + 4, tick.label, anchor="end"))
    written_to = 0.0
    for tick in _x_ticks(plot, x):
        at, long = x(tick.value), len(tick.label) * svg.LETTER
        parts.append(svg.rule((at, room + TALL), (at, room + TALL + 4), "a"))
        anchor, begins = ("end", at - long) if at + long / 2 > WIDTH else ("middle", at - long / 2)
        if begins >= written_to:  # a label that would touch the one before it is left out
            parts.append(svg.label(at, room + TALL + 17, tick.label, anchor=anchor))
            written_to = begins + long + svg.LETTER
    return _Ground(x, y, room, parts)


def _x_ticks(plot: Plot, x: Scale) -> tuple[Tick, ...]:
    if plot.over_time:
        return time_ticks(x.low, x.high, 9)
    if plot.is_log:
        return decade_ticks(x.low, x.high)
    return tuple(t for t in number_ticks(x.low, x.high, 8) if x.low <= t.value <= x.high)


def _legend(plot: Plot, filled: bool) -> tuple[float, list[str]]:
    """The title, the unit, and the names of the series where there are several; their height."""
    parts = [svg.label(0, 14, plot.title, kind="t")] if plot.title else []
    at, x = 18.0 if plot.title else 0.0, LEFT
    parts.append(svg.label(0, at + 14, plot.y_title))
    if len(plot.series) < 2:
        return at + 26, parts
    at += 18
    for place, one in zip(_places(plot), plot.series, strict=True):
        name = svg.cut(one.name, 32)
        wide = 26 + len(name) * svg.LETTER
        if x + wide > WIDTH - RIGHT and x > LEFT:
            at, x = at + 16, LEFT
        mark = svg.path([(x, at + 10), (x + 14, at + 10)], place)
        parts.append(svg.box((x, at + 5), (12, 10), svg.colour(place), name) if filled else mark)
        parts.append(svg.label(x + 18, at + 14, name))
        x += wide
    return at + 28, parts


def _picture(plot: Plot, ground: _Ground, marks: list[str]) -> str:
    foot = ground.top + TALL + 36
    under = svg.label(WIDTH - RIGHT, foot, plot.x_title, anchor="end")
    body = [*ground.parts, *marks, under]
    if not any(one.points for one in plot.series):
        middle = (LEFT + WIDTH - RIGHT) / 2
        body.append(svg.label(middle, ground.top + TALL / 2, "no data", anchor="middle"))
    return svg.picture(WIDTH, foot + 8, body, plot.title or plot.y_title, _described(plot))


def _described(plot: Plot) -> str:
    """Each series in words: how many values, the highest, and where it stands."""
    told = []
    for one in plot.series[:8]:
        known = [(x, y) for x, y in one.points if y is not None]
        if known:
            x, y = max(known, key=lambda point: (point[1], -point[0]))
            name = f"{one.name}: " if one.name else ""
            told.append(f"{name}{len(known)} values, highest {_value(plot, y)} at {_at(plot, x)}")
    return f"{plot.y_title}. {'; '.join(told) or 'no data'}."


def _said(plot: Plot, one: Series, x: float, y: float | None) -> str:
    name = f"{one.name}: " if one.name else ""
    return f"{_at(plot, x)}, {name}{_value(plot, y or 0)}"


def _at(plot: Plot, x: float) -> str:
    if plot.is_log:
        return f"{10**x:,.4g}"
    return time_text(x) + " UTC" if plot.over_time else f"{x:g}"


def _places(plot: Plot) -> tuple[int, ...]:
    return svg.places([one.name for one in plot.series])


def _value(plot: Plot, y: float) -> str:
    return number_label(y, 1, True) if plot.is_share else f"{y:,.6g}"


def _least_gap(plot: Plot) -> float:
    """The distance of the two closest places, which is the width of a bar."""
    xs = sorted({x for one in plot.series for x, _ in one.points})
    gaps = [after - before for before, after in pairwise(xs)]
    if plot.over_time and not gaps:  # a single time that is a midnight stands for its day
        return 86_400.0 if xs and xs[0] % 86_400 == 0 else 3_600.0
    return min(gaps, default=1.0)
