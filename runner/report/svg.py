"""A plan as one picture: a column of cards, the ways between them drawn at their left.

Every row of a card is a way out of it. Ends and actions stand as labels beside the row; a jump
to another place is a line in a lane of its own, so that no two lines share a stretch.
"""

from collections.abc import Iterator
from html import escape
from textwrap import wrap

from runner.interpreter.program import Program
from runner.model.frozen import frozen
from runner.model.safe_text import safe_line
from runner.report.flow_graph import Card, Exit, Row, Tone, cards

_WIDTH, _LINE, _PAD, _GAP = 900, 18, 10, 30
_LANE, _LABELS = 14, 330
_LETTER = 7.0
"""The width of a letter of the text, in pixels, with room to spare."""
_COLOURS = {
    Tone.SAFETY: ("#fff7e0", "#b58900"),
    Tone.STEP: ("#e8f1fb", "#3b6ea5"),
    Tone.PERSON: ("#f4f4f4", "#767676"),
    Tone.ACTION: ("#e9f7ec", "#2e8540"),
    Tone.IRREVERSIBLE: ("#fdeaea", "#b3261e"),
    Tone.STOP: ("#e9f7ec", "#2e8540"),
    Tone.END: ("#ffffff", "#767676"),
    Tone.ESCALATE: ("#fdeaea", "#b3261e"),
    Tone.HAND_OVER: ("#f1eafb", "#6b4fa0"),
}
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1a1a1a}.h{font-weight:600}"
    ".n{fill:#555}.m{fill:#666;font-style:italic}.t{font-size:17px;font-weight:600}"
)


@frozen
class _RowBox:
    row: Row
    top: int
    lines: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    height: int


@frozen
class _Box:
    card: Card
    top: int
    height: int
    heading: tuple[str, ...]
    notes: tuple[str, ...]
    rows: tuple[_RowBox, ...]


@frozen
class _Jump:
    """A line from a row of a card to the head of another; both are heights in the picture."""

    begin: int
    end: int
    tone: Tone
    certain: bool


def plan_svg(program: Program, given: frozenset[str]) -> str:
    """The picture as SVG: no script, no font and nothing else from elsewhere."""
    heading = _wrapped(safe_line(program.runbook.title), _WIDTH, 1.4)
    boxes = _stacked(cards(program, given), top=36 + 24 * len(heading))
    jumps = tuple(_jumps(boxes))
    lanes = _lanes(jumps)
    left = 24 + _LANE * (max(lanes, default=-1) + 2)
    height = (boxes[-1].top + boxes[-1].height if boxes else 60) + 24
    body = [_text(left, 36 + 24 * n, line, "t") for n, line in enumerate(heading)]
    body += [part for box in boxes for part in _drawn(box, left)]
    body += [
        _line(jump, left, left - _LANE * (lane + 1))
        for jump, lane in zip(jumps, lanes, strict=True)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + _WIDTH + 24}" '
        f'height="{height}" viewBox="0 0 {left + _WIDTH + 24} {height}" role="img">\n'
        f"<title>Plan of {escape(' '.join(heading))}</title>\n"
        f"<style>{_STYLE}</style>\n{_arrow_heads()}\n"
        f'<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _stacked(shown: tuple[Card, ...], top: int) -> tuple[_Box, ...]:
    boxes: list[_Box] = []
    for card in shown:
        boxes.append(_box(card, top))
        top += boxes[-1].height + _GAP
    return tuple(boxes)


def _box(card: Card, top: int) -> _Box:
    heading = _wrapped(card.heading, _WIDTH - 2 * _PAD, 1.1)
    notes = tuple(line for note in card.notes for line in _wrapped(note, _WIDTH - 2 * _PAD))
    below = top + _PAD + _LINE * (len(heading) + len(notes))
    rows: list[_RowBox] = []
    for row in card.rows:
        lines = _wrapped(row.words, _WIDTH - _LABELS - 3 * _PAD)
        labels = tuple(_wrapped(one.text, _LABELS - 3 * _PAD) for one in row.exits)
        beside = sum(_LINE * len(label) + 6 for label in labels)
        rows.append(_RowBox(row, below, lines, labels, max(_LINE * len(lines), beside) + 8))
        below += rows[-1].height
    return _Box(card, top, below + _PAD - 4 - top, heading, notes, tuple(rows))


def _jumps(boxes: tuple[_Box, ...]) -> Iterator[_Jump]:
    tops = {box.card.node: box.top for box in boxes}
    for box in boxes:
        for drawn in box.rows:
            for one in drawn.row.exits:
                if one.node in tops and not one.node.startswith("action"):
                    middle = drawn.top + drawn.height // 2
                    end = tops[one.node] + _PAD + 8
                    yield _Jump(middle, end, box.card.tone, drawn.row.certain)


def _lanes(jumps: tuple[_Jump, ...]) -> tuple[int, ...]:
    """A lane for each jump, the short ones nearest to the cards, none crossed by another in it."""
    taken: list[list[tuple[int, int]]] = []
    found: dict[int, int] = {}
    for at in sorted(range(len(jumps)), key=lambda n: abs(jumps[n].end - jumps[n].begin)):
        low, high = sorted((jumps[at].begin, jumps[at].end))
        free = (n for n, lane in enumerate(taken) if all(high < a or low > b for a, b in lane))
        found[at] = next(free, len(taken))
        if found[at] == len(taken):
            taken.append([])
        taken[found[at]].append((low, high))
    return tuple(found[at] for at in range(len(jumps)))


def _drawn(box: _Box, left: int) -> Iterator[str]:
    yield _rectangle(left, box.top, _WIDTH, box.height, box.card.tone)
    baseline = box.top + _PAD + 13
    for line in box.heading:
        yield _text(left + _PAD, baseline, line, "h")
        baseline += _LINE
    for line in box.notes:
        yield _text(left + _PAD, baseline, line, "n")
        baseline += _LINE
    for row in box.rows:
        yield from _drawn_row(row, left)


def _drawn_row(box: _RowBox, left: int) -> Iterator[str]:
    yield (f'<line x1="{left}" y1="{box.top}" x2="{left + _WIDTH}" y2="{box.top}" stroke="#0002"/>')
    for number, line in enumerate(box.lines):
        kind = "" if box.row.certain else "m"
        yield _text(left + 2 * _PAD, box.top + 18 + _LINE * number, line, kind)
    x, y = left + _WIDTH - _LABELS, box.top + 4
    for one, label in zip(box.row.exits, box.labels, strict=True):
        yield from _label(one, label, x, y)
        y += _LINE * len(label) + 6


def _label(one: Exit, lines: tuple[str, ...], x: int, y: int) -> Iterator[str]:
    yield _rectangle(x, y, _LABELS - _PAD, _LINE * len(lines) + 2, one.tone)
    for number, line in enumerate(lines):
        arrow = "→ " if one.node and not number else ""
        yield _text(x + _PAD, y + 14 + _LINE * number, arrow + line, "")


def _line(jump: _Jump, left: int, lane: int) -> str:
    stroke = _COLOURS[jump.tone][1]
    dashes = "" if jump.certain else ' stroke-dasharray="4 3"'
    return (
        f'<path d="M{left} {jump.begin}H{lane}V{jump.end}H{left - 2}" fill="none" '
        f'stroke="{stroke}" stroke-width="1.5"{dashes} marker-end="url(#{jump.tone.value})"/>'
    )


def _rectangle(x: int, y: int, width: int, height: int, tone: Tone) -> str:
    fill, stroke = _COLOURS[tone]
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" '
        f'fill="{fill}" stroke="{stroke}"/>'
    )


def _text(x: int, y: int, words: str, kind: str) -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x}" y="{y}">{escape(words)}</text>'


def _arrow_heads() -> str:
    heads = (
        f'<marker id="{tone.value}" markerWidth="8" markerHeight="8" refX="7" refY="4" '
        f'orient="auto"><path d="M0 0L8 4L0 8z" fill="{stroke}"/></marker>'
        for tone, (_, stroke) in _COLOURS.items()
    )
    return f"<defs>{''.join(heads)}</defs>"


def _wrapped(text: str, pixels: int, scale: float = 1.0) -> tuple[str, ...]:
    columns = int(pixels / (_LETTER * scale))
    return tuple(wrap(text, columns, break_on_hyphens=False)) or ("",)
