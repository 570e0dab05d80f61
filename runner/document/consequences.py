"""What a branch says to do, clause by clause."""

import re
from collections.abc import Iterator

from runner.document.rich_text import RichText
from runner.model.frozen import frozen
from runner.model.identity import KEY_IN_TEXT, KeyName, PlaceKind, StepId
from runner.model.numbering import GAP, NUMBER, plain_number
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

ARROW = r"(?:→|⟶|➡\ufe0f?|▶\ufe0f?|⇒|--?>|==?>)"
VERB = (
    r"(?:(?:please|immediately|directly)\s+)?"
    r"(?:escalate|see\s+action|apply\s+action|run\s+action|see:?\s+action|go\s*(?:back\s+)?to|continue"
    r"|proceed|skip\s+(?:ahead\s+)?to|return\s+to|jump\s+(?:ahead\s+)?to|stop\b|re-?run|use\s+the"
    r"|see\s+the|hand\s+over)"
)
"""What a consequence that is more than advice begins with."""
_SENTENCE = re.compile(r"\s*;\s*|\.\s+(?=[A-Z→])")
_CLAUSE = re.compile(
    rf",?\s+(?:and\s+)?then\s+|,\s*(?:and\s+)?(?={VERB})|\s+(?:and|&|[-–—])\s+(?={VERB})",
    re.I,
)
_LEAD = (
    rf"(?:{ARROW}\s*|(?:please|then|now|just|simply|immediately|directly|straight"
    r"|you\s+(?:can|may|should|must))\s+)*"
)
"""What may stand before a verb and changes nothing of where it leads."""
_ALONG = r"(?:(?:on|back|ahead|forward|down|directly|straight|immediately|right)\b\s*)*"
_MOVE = (
    rf"(?:(?:continue\b|go(?=to\b)|go\b|proceed\b|return\b|jump\b|move\b|back\b|straight\b)[\s,]*{_ALONG}"
    r"|skip\b\s*(?:ahead\s+)?(?=to\b))"
)
_TO_STEP = re.compile(rf"{_LEAD}{_MOVE}?(?:to|with|at|from)?\s*steps?{GAP}({NUMBER})", re.I)
_NO_AMOUNT = (
    r"(?!\s+(?!(?:and|or|then|to|in|for|from|below|above|as|on|with|first|together|through"
    r"|immediately|directly)\b)[a-z])"
)
"""What keeps a number in a row of them from being one of things: `Step 2, 3 minutes later`."""
_MORE_STEPS = re.compile(
    rf"\s*(?:,|/|&|,?\s*\b(?:and|or)\b)\s*(?:steps?\s+)?#?({NUMBER}){_NO_AMOUNT}", re.I
)
_RERUN = re.compile(
    rf"{_LEAD}(?:re-?run|repeat|redo|run)\s+(?:step{GAP}(?P<step>{NUMBER})"
    r"|(?:this|the)\s+(?:step|key|check|analysis)(?P<again>\s+again)?)"
    r"|re-?run(?=[\s.!]*$)",
    re.I,
)
_RERUN_KEY = re.compile(
    rf"{_LEAD}(?:(?:re-?run|repeat|redo|re-?execute)\s+(?:the\s+)?(?:key:?\s+)?(?P<key>{KEY_IN_TEXT})(?:\s+key)?"
    rf"(?:\s+again)?|(?:run|execute|use|call)\s+(?:the\s+)?(?:key:?\s+)?(?P<once>{KEY_IN_TEXT})(?:\s+key)?"
    r"\s+(?:again|once\s+more))(?=\s*(?:$|[,.;:!(]|[-–—]\s|and\b|then\b))",
    re.I,
)
"""A KEY once more with what it had; `rerun it with more logs` is for the operator."""
_ACTION = re.compile(
    rf"{_LEAD}(?:(?:see|apply|run|use|do|perform|take|execute|start)\b:?\s*|{_MOVE}(?:to|with)\s*)?"
    rf"(?:the\s+)?actions?{GAP}({NUMBER}(?:(?:\s*(?:,\s*(?:and|or|then)\b|,|/|&|and\b|or\b|then\b|to\b"
    rf"|through\b)\s*|[-–])(?:actions?\s+)?#?{NUMBER}{_NO_AMOUNT})*)",
    re.I,
)
_SECTION = re.compile(
    rf"{_LEAD}(?:{_MOVE}|see\s+)(?:to|with)?\s*(?:the\s+)?"
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
    rf"{_LEAD}(?:(?:continue|proceed|go\s+on|carry\s+on|move\s+on)(?:\s+(?:on|below|down|onwards?))?"
    r"|(?:continue|proceed|go|carry|move|skip)(?:\s+(?:on|ahead))?\s+(?:to|with)\s+(?:the\s+)?next\s+"
    r"(?:step|check|item)|next\s+(?:step|check))",
    re.I,
)
_STOP = re.compile(r"(?:STOP\s+HERE|Stop\s+here|stop\s+here|STOP|Stop|stop)(?=\s*(?:$|[-–—:(.,!]))")
_ESCALATE = re.compile(r"(?:immediately\s+)?escalate\b", re.I)
_HAND_OVER = re.compile(
    rf"{_LEAD}(?:use|see|follow|open|switch\s+to|go\s+to|continue\s+with|proceed\s+with|apply|run|refer\s+to"
    r"|hand\s+(?:it\s+|this\s+)?over\s+to)\b:?\s+(?:the\s+|our\s+)?"
    r"(?:[\"“'‘]?(\w[\w \-/&]*?)(?:\.md)?[\"”'’]?\s+runbook\b"
    r"|runbook:?\s+[\"“'‘]?(\w[\w \-/&]*\w)[\"”'’]?(?=\s*(?:$|[,.;(])))",
    re.I,
)
_GLOSS = re.compile(r"\s*\(([^()]*)\)")
_TRIVIAL = re.compile(
    r"(?:the\s+)?(?:issue|incident|problem)?\s*(?:is\s+)?(?:resolved|done|fixed)", re.I
)
_LEADING_IF = re.compile(r"(?:if|(?P<unless>unless))\s+(?=\S)", re.I)
_LEADING_END = re.compile(rf"\s*(?:,|:|{ARROW})\s+|\s+then\s+", re.I)
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
_LATER_WHEN = re.compile(
    r"(?<=\S)\s+(?:when|once|until|as\s+soon\s+as|only\s+after|only\s+with)\s", re.I
)
_GLOSSED_IF = re.compile(
    r"\s*\(\s*(?:only\s+)?(?:if|(?P<unless>unless))\s+(?P<if>[^()]+)\)[\s.!]*$", re.I
)
_BEHIND = re.compile(
    r"(?P<gloss>(?:\s*\([^()]*\))*)\s*(?:,\s*(?:(?:and|then|but|also)\s+)*|&\s*|\b(?:and|then|but)\s+"
    r"|\bor\s+(?=step\b|action\b))(?=[^\W\d])",
    re.I,
)
"""What parts a target from a further instruction: `See Action 1, tell the owner`."""


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
    if glossed := _GLOSSED_IF.search(clause.text):
        only_if = clause.part(glossed.start("if"), glossed.end("if"))
        before = clause.part(0, glossed.start())
        return Clause(tuple(_clause(before)), only_if, bool(glossed["unless"]))
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
        if behind := _behind_target(clause):
            return [*_clause(clause.part(0, behind[0])), *_clause(clause.part(behind[1]))]
        for read in (_move, _other):
            if found := read(words, clause):
                return found
    return [Advice(_without_hand_over_gloss(words), clause.span()), *_glossed_hand_overs(clause)]


def _behind_target(clause: RichText) -> tuple[int, int] | None:
    """Where a target ends and a further instruction begins; None where nothing is behind it."""
    for pattern in (_RERUN, _RERUN_KEY, _TO_STEP, _ACTION, _SECTION, _HAND_OVER):
        target = pattern.match(clause.text)
        behind = _BEHIND.match(clause.text, target.end()) if target else None
        if behind:
            return behind.end("gloss"), behind.end()
    return None


def _move(words: str, clause: RichText) -> list[Consequence]:
    """Another place of this runbook."""
    span = clause.span()
    if match := _RERUN.match(words):
        if match["step"]:
            return [Rerun(_step(match["step"]), words, span)]
        if match["again"] or not re.match(rf"{_LEAD}run\b", words, re.I):
            return [Rerun(None, words, span)]
    if match := _RERUN_KEY.match(words):
        return [Rerun(None, words, span, KeyName(match["key"] or match["once"]))]
    if match := _TO_STEP.match(words):
        return [GoToStep(_step(number), words, span) for number in _steps(match, words)]
    if match := _ACTION.match(words):
        numbers = _numbers(match[1])
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
        return [HandOver(_runbook(match), words, span)]
    return []


def _steps(match: re.Match[str], words: str) -> Iterator[str]:
    """The numbers of the steps that are named in a row: `Step 2 or Step 3`."""
    found: re.Match[str] | None = match
    while found:
        yield found[1]
        found = _MORE_STEPS.match(words, found.end())


def _numbers(listed: str) -> tuple[str, ...]:
    """The numbers in `1, 2 and 4`, and those between the ends of `1-3`."""
    found: list[str] = []
    for first, last in re.findall(
        rf"\b({NUMBER})(?:\s*(?:-|–|to|through)\s*(?:actions?\s+)?#?({NUMBER}))?", listed, re.I
    ):
        first, last = plain_number(first), plain_number(last)
        is_range = first.isdigit() and last.isdigit() and int(first) < int(last) <= int(first) + 20
        found += (
            map(str, range(int(first), int(last) + 1)) if is_range else filter(None, (first, last))
        )
    return tuple(dict.fromkeys(found))


def _step(number: str) -> StepId:
    return StepId(PlaceKind.STEP, plain_number(number))


def _behind_stop(rest: str, clause: RichText) -> list[Consequence]:
    words = rest.strip(" -–—:().,!")
    if not words or _TRIVIAL.fullmatch(words):
        return []
    return [Advice(words, clause.span())]


def _glossed_hand_overs(clause: RichText) -> list[Consequence]:
    glosses = (match[1] for match in _GLOSS.finditer(clause.line))
    hits = (_HAND_OVER.search(gloss) for gloss in glosses)
    return [HandOver(_runbook(hit), hit[0], clause.span()) for hit in hits if hit]


def _runbook(match: re.Match[str]) -> str:
    """The name of a runbook as it is written: `Deployment Failure Runbook`, or its slug."""
    return f"{match[1].strip()} Runbook" if match[1] else match[2].strip()


def _without_hand_over_gloss(words: str) -> str:
    def keep(match: re.Match[str]) -> str:
        return "" if _HAND_OVER.search(match[1]) else match[0]

    return _GLOSS.sub(keep, words).strip()
