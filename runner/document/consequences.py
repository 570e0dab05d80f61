"""What a branch says to do, clause by clause."""

import re

from runner.document.rich_text import RichText
from runner.model.frozen import frozen
from runner.model.identity import PlaceKind, StepId
from runner.model.runbook import (
    Advice,
    Consequence,
    Escalate,
    GoOn,
    GoToSection,
    GoToStep,
    HandOver,
    Rerun,
    SectionKind,
    SeeAction,
    Stop,
)

_VERB = (
    r"(?:escalate|see\s+action|apply\s+action|run\s+action|see:?\s+action|go\s+to|continue|proceed|"
    r"skip\s+to|return\s+to|jump\s+to|stop\b|re-?run|use\s+the|see\s+the)"
)
_SENTENCE = re.compile(r"\s*;\s*|\.\s+(?=[A-Z→])")
_CLAUSE = re.compile(
    rf",?\s+(?:and\s+)?then\s+|,\s*(?:and\s+)?(?={_VERB})|\s+and\s+(?={_VERB})",
    re.I,
)
_MOVE = (
    r"(?:(?:continue|go|skip|proceed|return|jump|move|back|straight)\b[\s,]*(?:on|back|ahead)?\s*)"
)
_TO_STEP = re.compile(rf"(?:→\s*)?{_MOVE}?(?:to|with|at|from)?\s*step\s+(\d\w*)\b", re.I)
_RERUN = re.compile(
    r"(?:re-?run|repeat|redo|run)\s+(?:step\s+(?P<step>\d\w*)"
    r"|(?:this|the)\s+(?:step|key|check|analysis)(?P<again>\s+again)?)",
    re.I,
)
_ACTION = re.compile(
    rf"(?:→\s*)?(?:(?:see|apply|run|use|do|perform|take|execute|start)\b:?\s*|{_MOVE}(?:to|with)\s*)?"
    r"(?:the\s+)?actions?\s+(\d\w*(?:\s*(?:,|and|&|then)\s*(?:action\s+)?\d\w*)*)",
    re.I,
)
_SECTION = re.compile(
    rf"(?:→\s*)?(?:{_MOVE}|see\s+)(?:to|with)?\s*(?:the\s+)?"
    r"(action\s+steps|actions|diagnosis(?:\s+flow)?|verification|rollback|escalation)\b",
    re.I,
)
_SECTIONS = {
    "action": SectionKind.ACTIONS,
    "diagno": SectionKind.DIAGNOSIS,
    "verifi": SectionKind.VERIFICATION,
    "rollba": SectionKind.ROLLBACK,
    "escala": SectionKind.ROLLBACK,
}
_GO_ON = re.compile(
    r"(?:continue|proceed|go\s+on|carry\s+on|move\s+on)"
    r"(?:\s+(?:to|with)\s+(?:the\s+)?next\s+(?:step|check|item))?|next\s+(?:step|check)",
    re.I,
)
_STOP = re.compile(r"(?:STOP\s+HERE|Stop\s+here|stop\s+here|STOP|Stop|stop)(?=\s*(?:$|[-–—:(.]))")
_ESCALATE = re.compile(r"(?:immediately\s+)?escalate\b", re.I)
_HAND_OVER = re.compile(
    r"(?:use|see|follow|open|switch\s+to|go\s+to|continue\s+with|apply|run)\b:?\s+(?:the\s+)?"
    r"([\w][\w \-/&]*?\s*runbook)\b",
    re.I,
)
_GLOSS = re.compile(r"\s*\(([^()]*)\)")
_TRIVIAL = re.compile(
    r"(?:the\s+)?(?:issue|incident|problem)?\s*(?:is\s+)?(?:resolved|done|fixed)", re.I
)
_LEADING_IF = re.compile(r"(?:if|(?P<unless>unless))\s+(?=\S)", re.I)
_LEADING_END = re.compile(r"\s*(?:,|:|→|->|=>)\s+|\s+then\s+", re.I)
_LATER_IF = re.compile(
    r"(?<=\S)[\s,]+(?:(?:but|and)\s+)?(?:only\s+)?"
    r"(?:if|provided(?:\s+that)?|(?P<unless>unless))\s+(?=\S)",
    re.I,
)
_INDIRECT = re.compile(
    r"\b(?:check|see|verify|ask|tell|determine|know|confirm|decide|find\s+out|look|test|as|even"
    r"|wonder|matter|report|say)$",
    re.I,
)
"""What stands before an "if" that asks and sets no condition: `check if it answers`."""
_LATER_WHEN = re.compile(r"(?<=\S)\s+(?:when|once|until|as\s+soon\s+as)\s", re.I)


@frozen
class Clause:
    """What one clause says to do, and the condition of its own that it may have."""

    consequences: tuple[Consequence, ...]
    only_if: RichText | None = None
    negated: bool = False


def read_consequences(text: RichText) -> tuple[Consequence, ...]:
    """The consequences in a text, in order. Clauses that move nothing are advice."""
    return tuple(found for clause in read_clauses(text) for found in clause.consequences)


def read_clauses(text: RichText) -> tuple[Clause, ...]:
    """The clauses of a text, in order, those with a condition of their own among them."""
    found: list[Clause] = []
    for sentence in text.split(_SENTENCE):
        found += _led_by_if(sentence) or [_trailed_by_if(c) for c in sentence.split(_CLAUSE)]
    return tuple(clause for clause in found if clause.consequences)


def _led_by_if(sentence: RichText) -> list[Clause]:
    """`if failures exist, continue to Step 2 and escalate`: the condition governs all of it."""
    lead = _LEADING_IF.match(sentence.text)
    if lead is None:
        return []
    end = next(sentence.matches(_LEADING_END, lead.end()), None)
    if end is None:
        return [Clause((Advice(sentence.line.strip(" ."), sentence.span()),))]
    only_if = sentence.part(lead.end(), end.start())
    governed = [
        consequence
        for clause in sentence.part(end.end()).split(_CLAUSE)
        for consequence in _clause(clause)
    ]
    return [Clause(tuple(governed), only_if, bool(lead["unless"]))]


def _trailed_by_if(clause: RichText) -> Clause:
    """`continue to Step 3 if they agree`."""
    for later in clause.matches(_LATER_IF):
        before = clause.part(0, later.start())
        if _INDIRECT.search(before.text):
            continue
        only_if = clause.part(later.end())
        return Clause(tuple(_clause(before)), only_if, bool(later["unless"]))
    return Clause(tuple(_clause(clause)))


def _clause(clause: RichText) -> list[Consequence]:
    words = clause.line.strip(" .")
    if not words:
        return []
    if next(clause.matches(_LATER_WHEN), None) is None:
        for read in (_move, _other):
            if found := read(words, clause):
                return found
    return [Advice(_without_hand_over_gloss(words), clause.span()), *_glossed_hand_overs(clause)]


def _move(words: str, clause: RichText) -> list[Consequence]:
    """Another place of this runbook."""
    span = clause.span()
    if match := _RERUN.match(words):
        if match["step"]:
            return [Rerun(_step(match["step"]), words, span)]
        if match["again"] or words[:2].casefold() == "re":
            return [Rerun(None, words, span)]
    if match := _TO_STEP.match(words):
        return [GoToStep(_step(match[1]), words, span)]
    if match := _ACTION.match(words):
        numbers = re.findall(r"\d\w*", match[1])
        return [SeeAction(number, words, span) for number in numbers]
    if match := _SECTION.match(words):
        return [GoToSection(_SECTIONS[match[1].casefold()[:6]], words, span)]
    if _GO_ON.fullmatch(_GLOSS.sub("", words)):
        return [GoOn(words, span)]
    return []


def _other(words: str, clause: RichText) -> list[Consequence]:
    """An end, somebody else, or another runbook."""
    span = clause.span()
    if match := _STOP.match(words):
        return [Stop(match[0], span), *_behind_stop(words[match.end() :], clause)]
    if _ESCALATE.match(words):
        return [Escalate(words, span)]
    if match := _HAND_OVER.match(words):
        return [HandOver(match[1].strip(), words, span)]
    return []


def _step(number: str) -> StepId:
    return StepId(PlaceKind.STEP, number)


def _behind_stop(rest: str, clause: RichText) -> list[Consequence]:
    words = rest.strip(" -–—:().")
    if not words or _TRIVIAL.fullmatch(words):
        return []
    return [Advice(words, clause.span())]


def _glossed_hand_overs(clause: RichText) -> list[Consequence]:
    glosses = (match[1] for match in _GLOSS.finditer(clause.line))
    hits = (_HAND_OVER.search(gloss) for gloss in glosses)
    return [HandOver(hit[1].strip(), hit[0], clause.span()) for hit in hits if hit]


def _without_hand_over_gloss(words: str) -> str:
    def keep(match: re.Match[str]) -> str:
        return "" if _HAND_OVER.search(match[1]) else match[0]

    return _GLOSS.sub(keep, words).strip()
