"""Ranked bars with their names at the left, and heat tables."""

import math

from runner.kit.drawing import svg
from runner.kit.drawing.scales import Scale, number_label
from runner.model.frozen import frozen

WIDTH, STEP, MOST_NAME = 720.0, 22.0, 44


@frozen
class Ranking:
    """Names with a value each, in the order in which they are shown; None is no data."""

    title: str
    value_title: str
    bars: tuple[tuple[str, float | None], ...]
    is_share: bool = False


@frozen
class Heat:
    """A value for each pair of row and column; a pair that is absent stays empty."""

    title: str
    value_title: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    cells: tuple[tuple[int, int, float], ...]


def draw_ranking(ranking: Ranking) -> str:
    """A bar for each name, its value written at the end."""
    names = [svg.cut(name, MOST_NAME) for name, _ in ranking.bars]
    left = max([40.0, *(len(name) * svg.LETTER + 12 for name in names)])
    top, parts = _heading(ranking.title, ranking.value_title)
    highest = max([value for _, value in ranking.bars if value is not None], default=0)
    x = Scale(0, highest or 1, left, WIDTH - 84)
    for place, (name, (full, value)) in enumerate(zip(names, ranking.bars, strict=True)):
        at = top + place * STEP
        shown = _value(value, ranking.is_share)
        wide = 0.0 if value is None else max(x(value) - left, 0.6)
        parts.append(svg.label(left - 8, at + 14, name, anchor="end"))
        if value is not None:
            said = f"{full}: {shown}"
            parts.append(svg.box((left, at + 3), (wide, STEP - 7), svg.PALETTE[0], said))
        parts.append(svg.label(left + wide + 6, at + 14, shown))
    if not ranking.bars:
        parts.append(svg.label(WIDTH / 2, top + 14, "no data", anchor="middle"))
    told = "; ".join(
        f"{name}: {_value(value, ranking.is_share)}" for name, value in ranking.bars[:8]
    )
    height = top + max(len(ranking.bars), 1) * STEP + 8
    said = f"{ranking.value_title}. {told or 'no data'}."
    return svg.picture(WIDTH, height, parts, ranking.title or ranking.value_title, said)


def draw_heat(heat: Heat) -> str:
    """A field for each cell, the darker the higher; its value shows when it is pointed at."""
    left = max([40.0, *(len(svg.cut(name, MOST_NAME)) * svg.LETTER + 12 for name in heat.rows)])
    top, parts = _heading(heat.title, heat.value_title)
    highest = max([value for _, _, value in heat.cells], default=0) or 1
    wide = (WIDTH - 16 - left) / max(len(heat.columns), 1)
    for row, name in enumerate(heat.rows):
        place = top + row * STEP + 15
        parts.append(svg.label(left - 8, place, svg.cut(name, MOST_NAME), anchor="end"))
    for row, column, value in heat.cells:
        said = f"{heat.rows[row]}, {heat.columns[column]}: {value:,.6g}"
        corner = (left + column * wide, top + row * STEP)
        size = (max(wide - 1, 0.6), STEP - 1)
        shade = 0.06 + 0.94 * value / highest if value > 0 else 0.03
        parts.append(svg.box(corner, size, svg.PALETTE[0], said, shade))
    foot = top + max(len(heat.rows), 1) * STEP + 16
    longest = max(map(len, heat.columns), default=0) * svg.LETTER + 2 * svg.LETTER
    every = max(1, math.ceil(longest / wide))
    room = WIDTH - longest + 2 * svg.LETTER
    for column in (n for n in range(0, len(heat.columns), every) if left + n * wide <= room):
        parts.append(svg.label(left + column * wide, foot, heat.columns[column]))
    if not heat.cells:
        parts.append(svg.label(WIDTH / 2, top + 14, "no data", anchor="middle"))
    said = _heat_words(heat)
    return svg.picture(WIDTH, foot + 10, parts, heat.title or heat.value_title, said)


def _heading(title: str, under: str) -> tuple[float, list[str]]:
    parts = [svg.label(0, 14, title, kind="t")] if title else []
    at = 18.0 if title else 0.0
    return at + 24, [*parts, svg.label(0, at + 14, under)]


def _heat_words(heat: Heat) -> str:
    if not heat.cells:
        return f"{heat.value_title}. no data."
    row, column, value = max(heat.cells, key=lambda cell: cell[2])
    return (
        f"{heat.value_title}. {len(heat.rows)} rows, {len(heat.columns)} columns; highest "
        f"{value:,.6g} at {heat.rows[row]}, {heat.columns[column]}."
    )


def _value(value: float | None, is_share: bool) -> str:
    if value is None:
        return "no data"
    return number_label(value, 1, True) if is_share else f"{value:,.6g}"
