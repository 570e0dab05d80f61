"""Prose that names a place to go to, which no run follows because it is no branch and no clause."""

import re

from runner.model.numbering import GAP, NUMBER

_TARGET = re.compile(
    r"\b(?:continue|go|goto|skip|proceed|return|jump|move|restart|resume)(?:ing)?\s+(?:\w+\s+)?(?:to|with|at|from|in)\s+"
    rf"(?:the\s+)?(?:step|action){GAP}{NUMBER}"
    r"|\b(?:see|apply|take|try|consider|do|perform|execute|run|re-?run|repeat|use|attempt|start|follow)(?:ing)?\s+"
    rf"(?:\w+\s+)?(?:step|action){GAP}{NUMBER}"
    r"|\b(?:re-?run|re-?execute)\s+(?:\w+\s+){0,2}(?:jupyter|node)-\w"
    rf"|(?:→|->|=>|⇒|:)\s*(?:step|action){GAP}{NUMBER}"
    rf"|(?:^|[:|]\s+|\s[-–—]\s+)(?:step|action){GAP}{NUMBER}\s*(?=$|[.(])"
    r"|[:.]\s+(?:escalate|stop\s+here)\b|\bescalate\s+to\b",
    re.I,
)
_NEGATED = re.compile(r"\b(?:do\s+not|don['’]?t|never|skip|without|before|instead\s+of)\b", re.I)
_CONDITIONAL = re.compile(
    r"\b(?:if|when|whenever|where|unless|once|until|in\s+case|as\s+(?:long|soon)\s+as|should|provided"
    r"|yes|no|case|scenario)\b|^(?:on|for|with|upon)\s",
    re.I,
)


def mentions_a_target(words: str) -> bool:
    """Whether the words send a reader to a step, an action or somebody else."""
    return _TARGET.search(words) is not None and _NEGATED.search(words) is None


def sounds_conditional(words: str) -> bool:
    """Whether the words set a condition in some form: `On failure`, `When A`, `In case of B`."""
    return _CONDITIONAL.search(words) is not None
