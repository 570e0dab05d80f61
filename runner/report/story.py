"""A run told from its events: one value that every view shows, whatever became of the run."""

from collections.abc import Sequence

from runner.interpreter import questions
from runner.interpreter.counting import counting
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.interpreter.verification import CheckResult, check_results, is_verification
from runner.model.events import (
    ActionProposed,
    JournalEntry,
    RunbookRebased,
    RunFinished,
    RunStarted,
)
from runner.model.frozen import frozen
from runner.model.interruptions import RunResumed, Setting
from runner.model.kept_out import kept_out
from runner.model.results import Redaction, StagedInput
from runner.model.runbook import Reversibility
from runner.report.chapters import (
    ActionStory,
    CommandStory,
    Header,
    KeyStory,
    Moment,
    QuestionStory,
    StandingStory,
    StepStory,
)
from runner.report.command_stories import command_stories
from runner.report.headline import Headline, headline
from runner.report.key_stories import key_stories
from runner.report.names import follow_ups_of, line_of, place_name
from runner.report.question_stories import question_stories
from runner.report.step_stories import Record, step_stories
from runner.report.timeline import seconds_passed, timeline


@frozen
class Story:
    """A whole run. `finished` is None for a run that has no last event: it claims no outcome.

    `under_way` says what such a run was doing when its record ends. `unused` are KEYs that ran
    ahead of a step that was not reached; `questions` those that belong to no step and no action.
    `checks` are those of a verification; other runs have none. `kept_out` counts the secrets and
    the values of columns that are not in the record.
    """

    header: Header
    headline: Headline
    inputs: tuple[StagedInput, ...]
    steps: tuple[StepStory, ...]
    actions: tuple[ActionStory, ...]
    standing: tuple[StandingStory, ...]
    questions: tuple[QuestionStory, ...]
    unused: tuple[KeyStory, ...]
    commands: tuple[CommandStory, ...]
    finished: RunFinished | None
    under_way: str
    moments: tuple[Moment, ...]
    do_not: tuple[str, ...]
    checks: tuple[CheckResult, ...] = ()
    kept_out: tuple[Redaction, ...] = ()
    follow_ups: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[KeyStory, ...]:
        """Every execution of a KEY, in the order of the steps; those not used last."""
        return tuple(key for step in self.steps for key in step.keys) + self.unused


def tell(program: Program, entries: Sequence[JournalEntry], alive: bool = False) -> Story:
    """The story of a run. `alive` says that a process still holds it; its record then goes on.

    Raises ValueError where the entries do not begin with RunStarted.
    """
    if not entries or not isinstance(entries[0].event, RunStarted):
        raise ValueError("the record of a run begins with RunStarted")
    counted = counting(entries)
    state = fold(entry.event for entry in entries)
    asked, keys = question_stories(counted), key_stories(program, counted, state)
    steps = step_stories(Record(program, counted, state, keys, asked))
    actions = _actions(program, counted, state, asked)
    under_way = "" if state.finished else _under_way(state, steps)
    return Story(
        header=_header(entries, entries[0].event),
        headline=headline(program, state, actions, under_way, alive),
        inputs=state.inputs,
        steps=steps,
        actions=actions,
        standing=_standing(program, state),
        questions=_elsewhere(asked, steps, actions),
        unused=_unused(keys, steps),
        commands=command_stories(counted, state),
        finished=state.finished,
        under_way=under_way,
        moments=timeline(entries),
        do_not=program.runbook.do_not,
        checks=check_results(program, state) if is_verification(state) else (),
        kept_out=kept_out(entries),
        follow_ups=() if is_verification(state) else follow_ups_of(program),
    )


def _header(entries: Sequence[JournalEntry], started: RunStarted) -> Header:
    last = entries[-1]
    rests_on = next(
        e.event for e in reversed(entries) if isinstance(e.event, RunStarted | RunbookRebased)
    )
    return Header(
        run_id=started.run_id,
        slug=started.runbook_slug,
        title=started.runbook_title,
        path=started.runbook_path,
        digest=rests_on.runbook_digest,
        mode=started.mode,
        started=entries[0].at,
        finished=last.at if isinstance(last.event, RunFinished) else None,
        seconds=seconds_passed(entries)[-1],
        user=started.trigger.user,
        host=started.trigger.host,
        incident=started.trigger.incident,
        command=started.trigger.command,
        owner=started.owner,
        last_review=started.last_review,
        git_commit=started.git_commit,
        runner_version=started.runner_version,
        python_version=started.python_version,
        keys=rests_on.keys,
        parameters=started.parameters,
        from_step=started.from_step,
        until_step=started.until_step,
        horizon=started.horizon,
        verifies=started.verifies,
        settings=_settings(entries),
        by_resident=started.by_resident,
        as_of=started.as_of,
    )


def _settings(entries: Sequence[JournalEntry]) -> tuple[Setting, ...]:
    """Those of the process that held the run last."""
    said = [e.event.settings for e in entries if isinstance(e.event, RunStarted | RunResumed)]
    return said[-1]


def _actions(
    program: Program,
    entries: Sequence[JournalEntry],
    state: RunState,
    asked: Sequence[QuestionStory],
) -> tuple[ActionStory, ...]:
    proposed = [e.event for e in entries if isinstance(e.event, ActionProposed)]
    return tuple(_action(program, state, proposal, asked) for proposal in proposed)


def _action(
    program: Program, state: RunState, proposed: ActionProposed, asked: Sequence[QuestionStory]
) -> ActionStory:
    action = program.runbook.action(proposed.action)
    question = next((q for q in asked if q.question.id == f"action {proposed.action}"), None)
    chosen = question.answer.chosen if question and question.answer else ()
    recommended = state.finished is not None and proposed.action in (
        state.finished.recommended_actions
    )
    return ActionStory(
        number=proposed.action,
        title=proposed.title,
        because=proposed.because,
        reversibility=action.reversibility if action else Reversibility.UNSTATED,
        with_caution=action.with_caution if action else False,
        line=line_of(program, action.span) if action else 0,
        precondition=action.field_text("precondition") if action else "",
        verification=action.field_text("verification") if action else "",
        rollback=action.way_back if action else "",
        warning=action.field_text("warning") if action else "",
        open=recommended or questions.YES not in chosen,
        question=question,
    )


def _standing(program: Program, state: RunState) -> tuple[StandingStory, ...]:
    spans = {condition.ordinal: condition.span for condition in program.runbook.standing}
    return tuple(
        StandingStory(
            held.kind,
            held.text,
            held.reason,
            place_name(held.after),
            line_of(program, spans[held.ordinal]) if held.ordinal in spans else 0,
        )
        for held in state.standing
    )


def _elsewhere(
    asked: Sequence[QuestionStory], steps: Sequence[StepStory], actions: Sequence[ActionStory]
) -> tuple[QuestionStory, ...]:
    told = {q.question.id for step in steps for q in step.questions}
    told |= {action.question.question.id for action in actions if action.question}
    return tuple(question for question in asked if question.question.id not in told)


def _unused(keys: Sequence[KeyStory], steps: Sequence[StepStory]) -> tuple[KeyStory, ...]:
    entered = {(step.id, step.visit) for step in steps}
    return tuple(k for k in keys if (k.invocation.step, k.invocation.visit) not in entered)


def _under_way(state: RunState, steps: Sequence[StepStory]) -> str:
    """What an unfinished run was doing when its record ends."""
    for invocation, started in state.attempts.items():
        if state.running(invocation) and not started.ahead:
            return f"{started.key.text} was running in {place_name(invocation.step)}"
    for number, command in state.commands.items():
        if number not in state.command_ends:
            return f"command {number} was running: {command.text}"
    for question in state.questions.values():
        if question.id not in state.answers:
            return f'it waited for an answer to "{question.text}"'
    if not steps:
        return "no step was reached"
    last = steps[-1]
    return f"it had left {last.heading}" if last.next else f"it stood at {last.heading}"
