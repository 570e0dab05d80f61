"""What a run still knows when another process takes it up, and when its runbook changed."""

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from runner.model.events import ApprovalGiven, RunbookRebased
from runner.model.identity import InvocationId
from runner.model.results import FailureKind, KeyFailure
from runner.model.runs import AnswerSource

if TYPE_CHECKING:
    from runner.interpreter.state import RunState


def resumed(state: "RunState") -> "RunState":
    """What was under way is lost; a yes to a command that was not started yet is void."""
    lost = frozenset(i for i in state.attempts if _has_no_end(state, i))
    state = replace(
        state,
        ended=MappingProxyType({i: e for i, e in state.ended.items() if i not in lost}),
        lost=lost,
        suspended=None,
    )
    return _without_unused_yes(state)


def rebased(state: "RunState", event: RunbookRebased) -> "RunState":
    """The facts, without any decision: the runbook is walked anew, from its beginning.

    Facts are inputs, results of KEYs that did not change, commands, and people's answers; an answer
    counts again once the same question is asked with the same words, options and findings.
    """
    void = {i for i, started in state.attempts.items() if started.key in event.void}
    answered = {
        name: (state.questions[name], answer)
        for name, answer in state.answers.items()
        if name in state.questions and answer.source is not AnswerSource.NOBODY
    }
    nothing = type(state)()
    return replace(
        nothing,
        started=state.started,
        inputs=state.inputs,
        attempts=state.attempts,
        ended=MappingProxyType({i: e for i, e in state.ended.items() if i not in void}),
        lost=state.lost | void,
        earlier=MappingProxyType({**state.earlier, **answered}),
        wishes=state.wishes,
        approvals=state.approvals,
        commands=state.commands,
        command_ends=state.command_ends,
        delivered=state.delivered,
    )


def _has_no_end(state: "RunState", invocation: InvocationId) -> bool:
    end = state.ended.get(invocation)
    if end is None:
        return True
    stopped = isinstance(end, KeyFailure) and end.kind is FailureKind.STOPPED
    return stopped and invocation not in state.admitted


def _without_unused_yes(state: "RunState") -> "RunState":
    subject = f"command {len(state.wishes)}"
    given = isinstance(state.approvals.get(subject), ApprovalGiven)
    if len(state.wishes) in state.commands or not (given or subject in state.answers):
        return state
    return replace(
        state,
        approvals=MappingProxyType({s: a for s, a in state.approvals.items() if s != subject}),
        answers=MappingProxyType({q: a for q, a in state.answers.items() if q != subject}),
    )
