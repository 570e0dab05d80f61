"""What Rollback / Escalation says about one action: `**If Action 2 Caused Issues**:`."""

import re
from collections.abc import Iterable

from runner.document.nodes import Node, all_nodes
from runner.document.rich_text import RichText
from runner.model.numbering import GAP, NUMBER, plain_number

_ABOUT = re.compile(
    r"(?:(?:if|when|for|after|undo|revert|roll(?:ing)?\s*-?back(?:\s+(?:of|for))?)\s+)*"
    rf"action{GAP}({NUMBER})",
    re.I,
)
_COLON = re.compile(r":(?=\s|$)|\s*(?:→|->|=>)\s*|\s+[-–—]\s+")


def read_rollbacks(nodes: Iterable[Node]) -> dict[str, str]:
    """The way back from each action that these lines name, by the action's number."""
    found: dict[str, list[str]] = {}
    for node in all_nodes(nodes):
        match = _ABOUT.match(node.text.text)
        if match and (said := _said(node)):
            found.setdefault(plain_number(match[1]), []).append(said)
    return {number: "; ".join(texts) for number, texts in found.items()}


def is_about_action(node: Node) -> bool:
    """Whether a line begins a block about one action."""
    return _ABOUT.match(node.text.text) is not None and bool(_said(node))


def _said(node: Node) -> str:
    colon = next(node.text.matches(_COLON), None)
    own = node.text.part(colon.end()) if colon else RichText("", (0,))
    below = [child.text.line for child in all_nodes(node.children)]
    commands = [fence.text.strip() for n in (node, *all_nodes(node.children)) for fence in n.fences]
    return "; ".join(text.strip(" .") for text in (own.line, *below, *commands) if text)
