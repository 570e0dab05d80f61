"""The examples of docs/reference/runbook-format.md, read out of the page.

A fence says what it is in its info string:

    json key              the contract of the KEY that all examples call
    markdown runbook      a runbook
    text reads            what the runner reads out of the runbook before it
    text run              a run of the runbook before it: given are outputs and answers, the other
                          lines are what must come out
    text conditions       a line for each condition: the outputs, then condition, verdict, reason
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "runbook-format.md"
_FENCE = re.compile(
    r"^(?P<mark>`{3,}|~{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=mark)$", re.M | re.S
)


@dataclass(frozen=True)
class Example:
    """A checked fence: its kind, its text, the runbook before it, and its line in the page."""

    kind: str
    text: str
    runbook: str
    line: int


def examples(page: str) -> Iterator[Example]:
    """Every fence whose info string has a second word, in order."""
    runbook = ""
    for fence in _FENCE.finditer(page):
        kind = fence["info"].partition(" ")[2].strip()
        if not kind:
            continue
        if kind == "runbook":
            runbook = fence["text"]
        yield Example(kind, fence["text"], runbook, page[: fence.start()].count("\n") + 1)


def table(text: str) -> dict[str, str]:
    """Lines of a name and a value, as a mapping; a name that comes again adds a line."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = line.strip().partition(" ")
        found[name] = f"{found[name]}\n{value.strip()}" if name in found else value.strip()
    return found


def pairs(text: str) -> dict[str, str]:
    """`a = 1, b = 2` as a mapping."""
    parts = (part.partition("=") for part in re.split(r",\s+(?=[\w ]+=)", text) if part.strip())
    return {name.strip(): value.strip() for name, _, value in parts}
