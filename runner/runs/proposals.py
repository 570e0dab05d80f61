"""Cases that reach what no case reaches yet, found by running the runbook again and again.

The search begins with quiet outputs and nobody to ask. It changes one output or one answer at a
time, and goes on from whatever shows something new: a verdict, a way, a question.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from runner.errors import UsageError
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.model.conditions import Reason, Verdict
from runner.model.frozen import frozen
from runner.model.identity import StepId
from runner.model.rehearsals import BranchCoverage, Case, Coverage, ExpectedField
from runner.model.runs import Mode, OpenQuestion, Option, QuestionKind
from runner.runs.answers import chosen_options, names_of
from runner.runs.coverage import Condition, verdicts_of
from runner.runs.proposed_values import Tries, tries_of
from runner.runs.rehearsal_results import observed
from runner.runs.rehearse import rehearse

MOST_RUNS = 1200
_ASKED = (
    QuestionKind.STEP,
    QuestionKind.BRANCHES,
    QuestionKind.DESTINATION,
    QuestionKind.GATE,
)
_VERDICTS = {"held": Verdict.HOLDS, "failed": Verdict.FAILS}
_WORDS = {Verdict.HOLDS: "holds", Verdict.FAILS: "does not hold"}
Goal = tuple[Condition, Verdict]


@frozen
class Proposals:
    """Cases to add, with what the runner makes of them today; and the goals that none reaches."""

    cases: tuple[Case, ...]
    unreached: tuple[BranchCoverage, ...]


@frozen
class _Script:
    """Outputs by step and name, and answers by question."""

    outputs: tuple[tuple[StepId, tuple[tuple[str, Any], ...]], ...]
    answers: tuple[tuple[str, str], ...] = ()

    def case(self) -> Case:
        outputs = tuple((step, dict(values)) for step, values in self.outputs)
        mode = Mode.SCRIPTED if self.answers else Mode.UNATTENDED
        return Case("", mode, outputs, self.answers)


@frozen
class _Found:
    script: _Script
    state: RunState
    reached: frozenset[Goal]


def propose(program: Program, covered: Coverage) -> Proposals:
    """Cases for every verdict that `covered` lacks, as few as the search finds."""
    goals = {
        ((branch.place, branch.ordinal), _VERDICTS[missing]): branch
        for branch in covered.untested
        for missing in branch.missing
    }
    left = set(goals)
    useful: list[_Found] = []
    for found in _search(program, left):
        if found.reached & goals.keys():
            useful.append(found)
            left -= found.reached
    cases: list[Case] = []
    open_goals = set(goals) - left
    while open_goals:
        best = max(useful, key=lambda found: len(found.reached & open_goals))
        new = [goal for goal in goals if goal in best.reached & open_goals]
        cases.append(_named(best, _title(new, goals)))
        open_goals -= best.reached
    return Proposals(tuple(cases), tuple(dict.fromkeys(goals[g] for g in goals if g in left)))


def _search(program: Program, left: set[Goal]) -> Iterator[_Found]:
    """Runs that show something new, or reach a goal; the caller takes goals out of `left`."""
    tries = tries_of(program)
    quiet = tuple((s, tuple((n, v[0]) for n, v in values.items())) for s, values in tries.items())
    waiting = [_run(program, _Script(quiet))]
    yield waiting[0]
    seen = set(_features(waiting[0].state))
    tried = {repr(waiting[0].script)}
    while waiting and left:
        parent = waiting.pop(0)
        for script in _changed(parent, tries):
            if repr(script) in tried or len(tried) >= MOST_RUNS or not left:
                continue
            tried.add(repr(script))
            found = _run(program, script)
            features = set(_features(found.state))
            if features - seen or found.reached & left:
                waiting.append(found)
                seen |= features
                yield found


def _run(program: Program, script: _Script) -> _Found:
    state = rehearse(program, script.case())
    return _Found(script, state, frozenset(verdicts_of(program, state)))


def _changed(parent: _Found, tries: Tries) -> Iterator[_Script]:
    """The script with one answer or one output changed."""
    answers = dict(parent.script.answers)
    for question in parent.state.questions.values():
        if question.kind in _ASKED:
            for option in question.options:
                given = {**answers, _subject(question): _words(question, option)}
                yield _Script(parent.script.outputs, tuple(given.items()))
    visited = {step for step, _, _ in parent.state.branches} | set(parent.state.visits)
    for at, (step, values) in enumerate(parent.script.outputs):
        for name, candidates in tries[step].items() if step in visited else ():
            for value in candidates:
                changed = (step, tuple({**dict(values), name: value}.items()))
                outputs = (*parent.script.outputs[:at], changed, *parent.script.outputs[at + 1 :])
                yield _Script(outputs, parent.script.answers)


def _features(state: RunState) -> Iterator[object]:
    """What a run shows, each by itself, so that their number stays small."""
    for decided in state.branches.values():
        yield from _verdicts((str(decided.step), decided.ordinal), decided.reason)
    for move in state.moves:
        yield move.step, move.move
    for question in state.questions.values():
        yield question.id
    for standing in state.standing:
        yield standing.kind, standing.ordinal


def _verdicts(at: tuple[object, ...], reason: Reason) -> Iterator[object]:
    yield at, reason.verdict
    for number, part in enumerate(reason.parts):
        yield from _verdicts((*at, number), part)


def _subject(question: OpenQuestion) -> str:
    if question.kind is QuestionKind.STEP:
        return question.id.split("/")[0]
    name = names_of(question)[1]
    return name if name.startswith("safety") else f"step {name}"


def _words(question: OpenQuestion, option: Option) -> str:
    """The words of an option where they are clear, else its key."""
    for words in (option.text, f"If {option.text}"):
        with suppress(UsageError):
            if chosen_options(question, words) == (option.key,):
                return words
    return option.key


def _named(found: _Found, name: str) -> Case:
    case, came = found.script.case(), observed(found.state)
    fields = ("path", "actions", "open_items", "findings", "handed_over_to")
    kept = [ExpectedField(f, came[f]) for f in (*fields, "escalation_triggers") if came[f]]
    expected = (*kept, ExpectedField("outcome", came["outcome"]))
    asked = [name for q in found.state.questions.values() for name in (_subject(q),)]
    answers = tuple((subject, words) for subject, words in case.answers if subject in asked)
    return Case(name, case.mode, case.outputs, answers, expected)


def _title(goals: list[Goal], branches: dict[Goal, BranchCoverage]) -> str:
    first = branches[goals[0]]
    more = f", and {len(goals) - 1} more" if len(goals) > 1 else ""
    return f"{first.place}: {first.text} {_WORDS[goals[0][1]]}{more}"
