"""The words of SVG that a chart is made of. Text is escaped and cut to its room."""

from collections.abc import Sequence
from html import escape
from itertools import chain, count

from runner.model.safe_text import safe_line

LETTER = 6.4
"""The width of a letter at the size of the labels, in pixels, with room to spare."""
PALETTE = ("#4269d0", "#d98a00", "#e0503c", "#2f9e86", "#9c6b4e", "#8a63d2", "#c2498f", "#6b7a89")
_MEANT = {
    **dict.fromkeys(
        ("failed", "failure", "error", "errors", "fatal", "critical", "undelivered"), 2
    ),
    **dict.fromkeys(("warning", "warn", "retried", "late"), 1),
}
"""Names that mean a colour wherever they stand."""
NO_DATA = "#8a929b"
DASHES = ("", "6 3", "2 3", "8 3 2 3", "1 2", "10 4", "4 2 1 2", "3 3")
STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#5d656e}.t{font-size:13px;font-weight:600}"
    ".g{stroke:#8a929b;stroke-opacity:.28}.a{stroke:#8a929b}"
    "@media (prefers-color-scheme:dark){text{fill:#b4bbc2}}"
)


def number(value: float) -> str:
    """A length in pixels, to a tenth."""
    return f"{value:.1f}".removesuffix(".0")


def label(x: float, y: float, words: str, *, anchor: str = "start", kind: str = "") -> str:
    """A line of text; `anchor` is start, middle or end."""
    shown = escape(safe_line(words))
    classed = f' class="{kind}"' if kind else ""
    placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{number(x)}" y="{number(y)}"{placed}{classed}>{shown}</text>'


def rule(from_: tuple[float, float], to: tuple[float, float], kind: str) -> str:
    """A straight line of the class `kind`: `g` of the grid, `a` of an axis."""
    (x1, y1), (x2, y2) = from_, to
    ends = f'x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"'
    return f'<line {ends} class="{kind}"/>'


def box(
    corner: tuple[float, float], size: tuple[float, float], fill: str, said: str, opacity: float = 1
) -> str:
    """A filled box that says what it stands for when it is pointed at."""
    (x, y), (width, height) = corner, size
    shade = f' fill-opacity="{opacity:.3f}"' if opacity < 1 else ""
    place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect {place} fill="{fill}"{shade}><title>{escape(safe_line(said))}</title></rect>'


def places(names: Sequence[str]) -> tuple[int, ...]:
    """The place in the palette of each name: failures are red, warnings orange, else in order."""
    known = {name: _MEANT.get(name.casefold()) for name in names}
    taken = {place for place in known.values() if place is not None}
    rest = chain((n for n in range(len(PALETTE)) if n not in taken), count(len(PALETTE)))
    return tuple(next(rest) if known[name] is None else known[name] or 0 for name in names)


def colour(place: int) -> str:
    """The colour of a place; those beyond the palette begin again."""
    return PALETTE[place % len(PALETTE)]


def path(points: list[tuple[float, float]], place: int) -> str:
    """A line through points, in the colour and the dashes of its place; one point is a dot."""
    if len(points) == 1:
        (x, y) = points[0]
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="2.5" fill="{colour(place)}"/>'
    way = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    dash = DASHES[(place + place // len(PALETTE)) % len(DASHES)]
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{way}" fill="none" stroke="{colour(place)}" stroke-width="1.8"{dashes}/>'


def picture(width: float, height: float, body: list[str], title: str, said: str) -> str:
    """The whole, with a title and a description for those who do not see it."""
    size = f'width="{number(width)}" height="{number(height)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {number(width)} {number(height)}" role="img" aria-labelledby="t d">'
        f'<title id="t">{escape(safe_line(title))}</title>'
        f'<desc id="d">{escape(safe_line(said))}</desc>'
        f"<style>{STYLE}</style>{''.join(body)}</svg>"
    )


def cut(words: str, most: int) -> str:
    """The words, with their end left out where they are longer than `most` letters."""
    return words if len(words) <= most else words[: most - 1] + "…"
