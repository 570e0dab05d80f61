"""Answers given ahead on the command line, checked before a run begins."""

from collections.abc import Iterator, Mapping

from runner.errors import UsageError
from runner.interpreter import action_questions, questions
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.model.identity import StepId
from runner.model.runs import OpenQuestion, Option, QuestionKind
from runner.runs.answers import chosen_options, subject_of


def check_answers(program: Program, answers: Mapping[str, str]) -> None:
    """Refuse, with UsageError, answers to questions that the runbook cannot raise or take."""
    by_subject: dict[str, list[OpenQuestion]] = {}
    for question in _possible_questions(program):
        by_subject.setdefault(subject_of(question), []).append(question)
    for name, words in answers.items():
        subject = " ".join(name.casefold().split()).removeprefix("step ")
        if subject not in by_subject:
            known = ", ".join(by_subject)
            raise UsageError(
                f"--answer names no question: {name!r}", "nothing was executed", f"one of: {known}"
            )
        _check_words(by_subject[subject], words)


def _check_words(possible: list[OpenQuestion], words: str) -> None:
    refusal = None
    for question in possible:
        try:
            chosen_options(question, words)
            return
        except UsageError as error:
            refusal = refusal or error
    if refusal:
        raise refusal


def _possible_questions(program: Program) -> Iterator[OpenQuestion]:
    nothing = RunState()
    for step in program.order:
        yield questions.about_step(program, nothing, (step, 1), "")
        yield questions.about_gate(program, (step, 1), healthy=False)
        yield from _about_keys(program, step)
    if program.order:
        yield questions.about_stop(program, (program.order[0], 1))
    for action in program.runbook.actions:
        yield action_questions.about_action(program, nothing, action)
    yield action_questions.about_unnumbered_actions(program, nothing)
    for check in program.runbook.verification:
        yield action_questions.about_verification(program, nothing, check)


def _about_keys(program: Program, step: StepId) -> Iterator[OpenQuestion]:
    for call in program.calls(step):
        options = (Option(questions.GO_ON, "go on without its outputs"),)
        text = f"{call.key.text} failed"
        yield OpenQuestion(f"{step}/1 key {call.ordinal}", QuestionKind.KEY_FAILED, text, options)
