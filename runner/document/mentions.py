"""Prose that names a place to go to, which no run follows because it is no branch and no clause."""

import re

from runner.document.consequences import ARROW
from runner.model.identity import KEY_IN_TEXT
from runner.model.numbering import GAP, NUMBER, ORDINAL

_PLACE = rf"(?:steps?|actions?){GAP}{NUMBER}(?!['’]s)"
_OTHER_PLACE = (
    r"(?:option|path|case|phase|part|stage|scenario|variant|plan|procedure|point|item|check"
    r"|section)"
)
_ORDINAL = rf"(?:{ORDINAL}|previous|last)"
_TARGET = re.compile(
    r"\b(?:continue|go|skip|proceed|return|jump|move|restart|resume|back)(?:ing)?\s+(?:\w+\s+)?"
    rf"(?:to|with|at|from|in)\s+(?:the\s+)?{_PLACE}"
    r"|\b(?:see|apply|take|try|retry|consider|do|perform|execute|run|re-?run|repeat|use|attempt|start"
    rf"|follow|goto)(?:ing)?\s+(?:\w+\s+)?{_PLACE}"
    r"|\b(?:re-?run|re-?execute)\s+(?:\w+\s+){0,2}(?:jupyter|node)-\w"
    rf"|(?:{ARROW}|:)\s*{_PLACE}|(?:^\W*|[:|,?]\s+|\s[-–—]\s+|\b(?:failure|success|errors?|then)\s+)"
    rf"{_PLACE}(?=\W*$|\W*[.,;(]|\s+(?:and|or|first|then|immediately|next|now|if|unless|when|[-–—])\s)"
    r"|\b(?:continue|go|skip|proceed|return|jump|loop|move|restart)\s+(?:(?:on|back|ahead|over)\s+)?"
    rf"(?:to|with|at|from)\s+(?:the\s+)?(?:{_ORDINAL}\s+(?:step|action|check|section|{_OTHER_PLACE})\b"
    rf"|{_OTHER_PLACE}\s+#?(?:\d+\b|(?-i:[A-Z]|[IVX]+)(?!\w))|#?\d+(?:\.\d+)*(?=[\s.,;!)]*$))"
    r"|\bloop(?:s|ing)?\s+(?:back|to)\b"
    r"|[:.]\s+(?:escalate|stop\s+here)\b"
    r"|\bescalat(?:e|ed|ion|ing)\s+to\b|\bneeds?\s+escalation|\bbe\s+escalated|^escalation\b",
    re.I,
)
_NAMED = re.compile(_PLACE, re.I)
_MOVE = re.compile(
    r"(?:go\s*to|jump\s+to|skip\s+to|continue\s+(?:at|with))\s+#?\d+[\s.!]*$"
    r"|(?:skip|jump)\s+(?:ahead\s+|back\s+)?to\b|go\s+back(?:\s+(?:one|a)\s+step)?[\s.!]*$"
    r"|go\s+(?:back\s+)?to\s+the\s+(?:previous|last|first|next)\s+(?:step|check|section)\b"
    r"|(?:re)?start\s+(?:over|again|from\s+the\s+(?:top|beginning|start))\b"
    r"|(?:try|run\s+(?:it|this|that))\s+again[\s.!]*$|(?:retry|repeat|loop)[\s.!]*$"
    r"|(?:go|proceed|continue|return|see)\s+(?:back\s+)?(?:to\s+|with\s+)?(?:the\s+)?"
    r"(?:(?:immediate\s+)?safety\s+checks?|(?:post-incident\s+)?follow-?ups?)\b"
    r"|(?:done|end(?:\s+here)?|exit|abort|halt|quit|finish(?:ed)?|resolved)[\s.!]*$"
    r"|stop\s+and\s+(?:call|page|tell|ask|wait|report|contact|notify|inform)\b"
    r"|runbook\s*:|runbook\s+run\b|(?:see|use|follow|open|go\s+to|run)\s+(?:the\s+)?\S+\.md\b",
    re.I,
)
"""What moves a reader where an instruction says no more: `Go back`, `Done`, `See disk.md`."""
_RUNS_A_KEY = re.compile(
    rf"(?:run|use|execute|call)\s+(?:the\s+)?(?:key:?\s+)?(?P<key>{KEY_IN_TEXT})", re.I
)
_BEHIND_A_CONDITION = re.compile(rf"[:,?|(]|\s[-–—]|{ARROW}")
_NEGATED = re.compile(
    r"\b(?:do\s+not|don['’]?t|never|skip(?!\s+(?:\w+\s+)?to\b)|without|before|instead\s+of)\b", re.I
)
_CONDITIONAL = re.compile(
    r"\b(?:if|when|whenever|where|unless|once|until|in\s+case|as\s+(?:long|soon)\s+as|should|provided"
    r"|yes|no|case|scenario|elif|else|otherwise)\b|[<>≤≥|?]|(?:^|[^\w\s]\s+)(?:on|for|with|upon)\s"
    r"|\b(?:on|upon)\s+(?:failures?|success|errors?|timeouts?)\b|^\(?[a-z]\)\s+(?:on|for|upon)\s",
    re.I,
)


def mentions_a_target(words: str) -> bool:
    """Whether the words send a reader to a step, an action or somebody else."""
    return _TARGET.search(words) is not None and _NEGATED.search(words) is None


def mentions_a_place(words: str) -> bool:
    """Whether the words send a reader to a step or an action of this runbook."""
    return _NAMED.search(words) is not None and mentions_a_target(words)


def condition_with_a_target(words: str) -> bool:
    """Whether what was read as a condition goes on with where to go: `A ? see Action 1`."""
    end = _BEHIND_A_CONDITION.search(words)
    return end is not None and mentions_a_target(words[end.start() :])


def moves_a_reader(words: str) -> bool:
    """Whether an instruction is to leave the place, in words that no run follows."""
    return _MOVE.match(words) is not None


def key_to_run(words: str) -> str:
    """The KEY that an instruction says to run; empty where it says none."""
    match = _RUNS_A_KEY.match(words)
    return match["key"] if match else ""


def sounds_conditional(words: str) -> bool:
    """Whether the words set a condition in some form: `On failure`, `When A`, `In case of B`."""
    return _CONDITIONAL.search(words) is not None
