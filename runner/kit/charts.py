"""Charts from relations: a static picture, and the same as Vega-Lite JSON beside it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from runner.kit import vega
from runner.kit.drawing.plot import Plot, Series, draw_bars, draw_lines
from runner.kit.drawing.tables import Heat, Ranking, draw_heat, draw_ranking
from runner.kit.refusal import KitMisuse
from runner.model.frozen import frozen

MOST_POINTS = 5_000
MOST_SERIES = 12
_SHARES = ("rate", "share", "ratio")


@frozen
class ChartSpec:
    """A chart: the picture as SVG text, and Vega-Lite JSON text of the same."""

    svg: str
    vega_lite: str


def bars(relation: Any, x: str, y: str, *, stack: str = "", title: str = "") -> ChartSpec:
    """Bars of `y`: over time where `x` is a timestamp, else one for each `x`, longest first.

    A null is shown as no data, and is no bar of nothing.
    `stack` names a column whose values are stacked in colours.
    """
    rows, over_time = _rows(relation, x)
    if not over_time:
        return _ranking(rows, x, y, title)
    value = {**vega.amount(y, _is_share(y)), "stack": True}
    channels = {"x": vega.over_time(x), "y": value} | _colour(stack)
    spec = vega.vega_lite(vega.Encoding(_plain_rows(rows), "bar", channels, title))
    return ChartSpec(draw_bars(_plot(rows, x, y, stack, title)), spec)


def lines(relation: Any, x: str, y: str, *, by: str = "", title: str = "") -> ChartSpec:
    """Lines of `y` over the timestamps `x`, one for each value of the column `by`."""
    rows, over_time = _rows(relation, x)
    if not over_time:
        raise KitMisuse(f"`{x}` holds no timestamps, and lines are drawn over time")
    channels = {"x": vega.over_time(x), "y": vega.amount(y, _is_share(y))} | _colour(by)
    spec = vega.vega_lite(vega.Encoding(_plain_rows(rows), "line", channels, title))
    return ChartSpec(draw_lines(_plot(rows, x, y, by, title)), spec)


def histogram(
    relation: Any, x: str, y: str, *, title: str = "", unit_of_log: str = ""
) -> ChartSpec:
    """Bars of `y` over the numbers `x`, each of which is the lower end of a class.

    Where `x` are decimal logarithms, `unit_of_log` says of what (`ms`), and the axis shows that.
    """
    rows, _ = _rows(relation, x)
    channels = {"x": vega.amount(x, False), "y": vega.amount(y, _is_share(y))}
    spec = vega.vega_lite(vega.Encoding(_plain_rows(rows), "bar", channels, title))
    points = tuple((float(row[x]), _number(row[y])) for row in rows if row[x] is not None)
    named = unit_of_log or _words(x)
    series = (Series("", points),)
    plot = Plot(title, named, _words(y), series, False, _is_share(y), bool(unit_of_log))
    return ChartSpec(draw_bars(plot), spec)


def heat(relation: Any, x: str, y: str, value: str, *, title: str = "") -> ChartSpec:
    """A table of colours: columns `x`, rows `y`, both in the order of the rows given."""
    rows, over_time = _rows(relation, x)
    colour = vega.amount(value, _is_share(value))
    channels = {"x": {**vega.name(x), "sort": None}, "y": {**vega.name(y), "sort": None}}
    encoding = vega.Encoding(_plain_rows(rows), "rect", {**channels, "color": colour}, title)
    columns = list(dict.fromkeys(_cell_name(row[x]) for row in rows))
    names = list(dict.fromkeys(_cell_name(row[y]) for row in rows))
    cells = tuple(
        (names.index(_cell_name(row[y])), columns.index(_cell_name(row[x])), float(row[value]))
        for row in rows
        if row[value] is not None
    )
    under = f"{_words(value)} by {_words(x)}{' (UTC)' if over_time else ''}"
    picture = draw_heat(Heat(title, under, tuple(columns), tuple(names), cells))
    return ChartSpec(picture, vega.vega_lite(encoding))


def _ranking(rows: list[dict[str, Any]], x: str, y: str, title: str) -> ChartSpec:
    ranked = sorted(rows, key=lambda row: (row[y] is None, -float(row[y] or 0)))
    channels = {"x": vega.amount(y, _is_share(y)), "y": {**vega.name(x), "sort": "-x"}}
    spec = vega.vega_lite(vega.Encoding(_plain_rows(rows), "bar", channels, title))
    shown = tuple((_cell_name(row[x]), _number(row[y])) for row in ranked)
    return ChartSpec(draw_ranking(Ranking(title, _words(y), shown, _is_share(y))), spec)


def _plot(rows: list[dict[str, Any]], x: str, y: str, by: str, title: str) -> Plot:
    """The series by first appearance; the title says where some are left out."""
    names = list(dict.fromkeys(_cell_name(row[by]) if by else "" for row in rows))
    points: dict[str, list[tuple[float, float | None]]] = {name: [] for name in names}
    for row in rows:
        if row[x] is not None:
            name = _cell_name(row[by]) if by else ""
            points[name].append((_seconds(row[x]), _number(row[y])))
    series = tuple(Series(name, tuple(points[name])) for name in names[:MOST_SERIES])
    if len(names) > MOST_SERIES:
        title = f"{title} (the first {MOST_SERIES} of {len(names)})".strip()
    return Plot(title, f"{_words(x)} (UTC)", _words(y), series, True, _is_share(y))


def _rows(relation: Any, x: str) -> tuple[list[dict[str, Any]], bool]:
    """At most MOST_POINTS rows, and whether `x` holds timestamps."""
    names = list(relation.columns)
    over_time = str(relation.types[names.index(x)]).startswith("TIMESTAMP")
    found = relation.limit(MOST_POINTS).fetchall()
    return [dict(zip(names, row, strict=True)) for row in found], over_time


def _colour(by: str) -> dict[str, Any]:
    return {"color": vega.name(by)} if by else {}


def _plain_rows(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + ("" if value.tzinfo else "Z")
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, int | float | str | None) else str(value)


def _seconds(stamp: datetime) -> float:
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp()


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _cell_name(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%d %b %H:%M}"
    return "(none)" if value is None else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _is_share(name: str) -> bool:
    return name.split("_")[-1] in _SHARES
