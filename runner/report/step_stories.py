"""One visit of a place: its KEYs, verdicts, questions, and where the run went from there."""

from collections.abc import Sequence

from runner.conditions.showing import show_bound
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, Visit
from runner.model.conditions import Comparison, Verdict
from runner.model.events import (
    BranchDecided,
    DestinationChosen,
    ExpectationJudged,
    JournalEntry,
    StepEntered,
)
from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.model.runbook import SeeAction, Step
from runner.model.runs import QuestionKind
from runner.report.chapters import (
    BranchStory,
    ExpectationStory,
    KeyStory,
    QuestionStory,
    StepStory,
)
from runner.report.names import line_of, move_name, place_name, target_name
from runner.report.timeline import seconds_passed

_NOT_OF_STEPS = (QuestionKind.ACTION, QuestionKind.VERIFICATION)


@frozen
class Record:
    """A run as recorded: its journal, the fold of it, and its executions and questions as told."""

    program: Program
    entries: Sequence[JournalEntry]
    state: RunState
    keys: tuple[KeyStory, ...]
    asked: tuple[QuestionStory, ...]


def step_stories(record: Record) -> tuple[StepStory, ...]:
    """Every visit of a place, in walked order."""
    return tuple(
        _story(record, number, entry.event)
        for number, entry in enumerate(record.entries)
        if isinstance(entry.event, StepEntered)
    )


def _story(record: Record, number: int, entered: StepEntered) -> StepStory:
    """The visit that begins with the StepEntered at place `number` of the entries."""
    program, state, visit = record.program, record.state, (entered.step, entered.visit)
    step = program.step.get(entered.step)
    move = state.move_of(visit)
    branches = tuple(_branch(step, decided) for decided in state.decided(visit))
    skipped = next((s.why for s in state.skipped if (s.step, s.visit) == visit), "")
    return StepStory(
        id=entered.step,
        visit=entered.visit,
        heading=place_name(entered.step),
        title=step.title if step else "",
        line=line_of(program, step.span) if step else 0,
        entered=record.entries[number].at,
        seconds=_seconds(record.entries, number, visit),
        keys=tuple(k for k in record.keys if (k.invocation.step, k.invocation.visit) == visit),
        expectations=_expectations(program, step, state, visit),
        branches=branches,
        questions=_questions(record.entries, number, record.asked),
        actions=_actions(step, branches),
        skipped=skipped,
        move=move.move if move else None,
        next=move_name(move.move) if move else "",
        why=move.why if move else "",
    )


def _seconds(entries: Sequence[JournalEntry], number: int, visit: Visit) -> float | None:
    passed = seconds_passed(entries)
    for at, entry in enumerate(entries):
        left = entry.event
        if isinstance(left, DestinationChosen) and (left.step, left.visit) == visit:
            return passed[at] - passed[number]
    return None


def _branch(step: Step | None, decided: BranchDecided) -> BranchStory:
    known = step.branches[decided.ordinal - 1 : decided.ordinal] if step else ()
    short = tuple(target_name(c) for branch in known for c in branch.consequences)
    return BranchStory(
        decided.ordinal,
        decided.text,
        decided.reason,
        short or decided.leads_to,
        decided.leads_to,
        decided.line,
    )


def _actions(step: Step | None, branches: Sequence[BranchStory]) -> tuple[str, ...]:
    named = [
        consequence.action
        for branch in branches
        if branch.verdict is Verdict.HOLDS and step and branch.ordinal <= len(step.branches)
        for consequence in step.branches[branch.ordinal - 1].consequences
        if isinstance(consequence, SeeAction)
    ]
    return tuple(dict.fromkeys(named))


def _expectations(
    program: Program, step: Step | None, state: RunState, visit: Visit
) -> tuple[ExpectationStory, ...]:
    judged = [e for (s, v, _), e in state.expectations.items() if (s, v) == visit]
    return tuple(_expectation(program, step, e) for e in judged)


def _expectation(
    program: Program, step: Step | None, judged: ExpectationJudged
) -> ExpectationStory:
    written = step.expectations[judged.ordinal - 1 : judged.ordinal] if step else ()
    condition = written[0].condition if written else None
    should = ""
    if isinstance(condition, Comparison):
        should = f"{condition.comparator.value} {show_bound(condition.bound)}"
    contract = program.by_key.get(KeyName(judged.reason.key))
    spec = contract.output(judged.reason.output) if contract else None
    return ExpectationStory(
        ordinal=judged.ordinal,
        text=judged.text,
        label=spec.label if spec else "",
        should=should,
        reason=judged.reason,
        line=line_of(program, written[0].span) if written else 0,
    )


def _questions(
    entries: Sequence[JournalEntry], number: int, asked: Sequence[QuestionStory]
) -> tuple[QuestionStory, ...]:
    """The questions that were asked between this entry into a step and the next."""
    behind = entries[number + 1 :]
    ends = next((e.number for e in behind if isinstance(e.event, StepEntered)), None)
    return tuple(
        question
        for question in asked
        if question.entry > entries[number].number
        and (ends is None or question.entry < ends)
        and question.question.kind not in _NOT_OF_STEPS
    )
