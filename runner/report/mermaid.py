"""A plan as a Mermaid flow chart, for where Markdown is rendered."""

from collections.abc import Iterator

from runner.interpreter.program import Program
from runner.model.safe_text import safe_line
from runner.report.flow_graph import Card, Exit, Row, Tone, cards

_STYLES = {
    Tone.SAFETY: "fill:#fff7e0,stroke:#b58900",
    Tone.STEP: "fill:#e8f1fb,stroke:#3b6ea5",
    Tone.PERSON: "fill:#f3f3f3,stroke:#777777",
    Tone.ACTION: "fill:#e9f7ec,stroke:#2e8540",
    Tone.IRREVERSIBLE: "fill:#fdeaea,stroke:#b3261e",
    Tone.STOP: "fill:#e9f7ec,stroke:#2e8540",
    Tone.END: "fill:#ffffff,stroke:#777777",
    Tone.ESCALATE: "fill:#fdeaea,stroke:#b3261e",
    Tone.HAND_OVER: "fill:#f1eafb,stroke:#6b4fa0",
}


def plan_mermaid(program: Program, given: frozenset[str]) -> str:
    """The chart: a box for each place and action, a rounded one for each way to end."""
    shown = cards(program, given)
    ends: dict[Exit, str] = {}
    for card in shown:
        for row in card.rows:
            for one in row.exits:
                if not one.node:
                    ends.setdefault(one, f"exit{len(ends) + 1}")
    lines = ["flowchart TD"]
    lines += [f"    {_box(card)}:::{_class(card.tone)}" for card in shown]
    lines += [
        f'    {node}(["{_escaped(one.text)}"]):::{_class(one.tone)}' for one, node in ends.items()
    ]
    lines += [
        f"    {edge}" for card in shown for row in card.rows for edge in _edges(card, row, ends)
    ]
    lines += [f"    classDef {_class(tone)} {style}" for tone, style in _STYLES.items()]
    return "\n".join(lines) + "\n"


def _class(tone: Tone) -> str:
    """The class of boxes of a tone; `end` alone would be a word of Mermaid's own."""
    return f"is{tone.value.capitalize()}"


def _box(card: Card) -> str:
    words = "<br/>".join(_escaped(text) for text in (card.heading, *card.notes))
    return f'{card.node}["{words}"]'


def _edges(card: Card, row: Row, ends: dict[Exit, str]) -> Iterator[str]:
    for one in row.exits:
        line = "-->" if row.certain else "-.->"
        yield f'{card.node} {line}|"{_escaped(row.words)}"| {one.node or ends[one]}'


def _escaped(text: str) -> str:
    """Text that Mermaid shows as it is: every sign that means something becomes its code."""
    return "".join(
        c if c.isalnum() or c in " .,:()/-_?%'=→" else f"#{ord(c)};" for c in safe_line(text)
    )
