"""What Evidence & Audit Notes says is to be recorded and saved: the items of its lists."""

import re
from collections.abc import Iterable

from runner.document.invocations import key_names_in
from runner.document.nodes import Node
from runner.model.runbook import EvidenceItem

_ARTIFACTS = re.compile(r"\b(artifacts?|artefacts?|save|attach|keep|files?|outputs?)\b", re.I)


def evidence_items(nodes: Iterable[Node]) -> tuple[EvidenceItem, ...]:
    """Every item, in order.

    One below a heading or label that speaks of artifacts, or that names a KEY, is something to
    save; any other is an entry to write down.
    """
    found: list[EvidenceItem] = []
    saved = False
    for node in nodes:
        if not node.is_item:
            saved = bool(_ARTIFACTS.search(node.text.text))
            found += _items(node.children, saved)
        else:
            found += _items((node,), saved)
    return tuple(found)


def _items(nodes: Iterable[Node], saved: bool) -> Iterable[EvidenceItem]:
    for node in nodes:
        keys = key_names_in((node,))
        if node.is_item and not (node.children and keys):
            yield EvidenceItem(node.text.line, keys, saved or bool(keys))
        if node.children and (keys or not node.is_item):
            label = saved if node.is_item else bool(_ARTIFACTS.search(node.text.text))
            yield from _items(node.children, label)
