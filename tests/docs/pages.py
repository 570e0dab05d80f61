"""The Markdown pages of the project: their links, their headings, their commands."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LEFT_OUT = ("dist", "build", "node_modules", "corpus")
"""Folders whose Markdown is nobody's page: what is built, and random text of `make fuzz`."""
_FENCE = re.compile(
    r"^ *(?P<mark>`{3,}|~{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^ *(?P=mark) *$", re.M | re.S
)
_LINK = re.compile(r"\[[^\]\n]*\]\(<?([^()\s>]+)>?\)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.M)


def pages() -> tuple[Path, ...]:
    """Every Markdown file of the project."""
    found = sorted(ROOT.rglob("*.md"))
    parts = {page: page.relative_to(ROOT).parts for page in found}
    return tuple(
        page
        for page in found
        if not any(part.startswith(".") or part in _LEFT_OUT for part in parts[page])
    )


def fences(page: Path, info: str) -> Iterator[str]:
    """The texts of the fences of a page whose info string begins so."""
    for fence in _FENCE.finditer(page.read_text("utf-8")):
        if fence["info"].startswith(info):
            yield fence["text"]


def files(page: Path) -> dict[str, str]:
    """The files that a page tells its reader to write, by their `file=` info string."""
    found = _FENCE.finditer(page.read_text("utf-8"))
    named = ((fence["info"].partition("file=")[2], fence["text"]) for fence in found)
    return {name: text for name, text in named if name}


def links(page: Path) -> tuple[str, ...]:
    """The targets of links to other files or to headings."""
    targets = _LINK.findall(_without_code(page.read_text("utf-8")))
    return tuple(t for t in targets if not re.match(r"[a-z]+:", t))


def anchors(page: Path) -> frozenset[str]:
    """The anchors that the headings of a page get."""
    text = _FENCE.sub("", page.read_text("utf-8"))
    return frozenset(_anchor(heading) for heading in _HEADING.findall(text))


def _anchor(heading: str) -> str:
    words = re.sub(r"[^\w\- ]", "", heading.casefold())
    return words.replace(" ", "-")


def _without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", _FENCE.sub("", text))
