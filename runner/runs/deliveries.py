"""Answers from other terminals: which question they are to, and whether they count."""

import json
from hashlib import sha256

from runner.errors import UsageError
from runner.evidence.letterbox import Letter
from runner.interpreter.state import RunState
from runner.model.events import Event, QuestionAnswered
from runner.model.interruptions import AnswerDelivered
from runner.model.plain import to_plain
from runner.model.runs import Answer, AnswerSource, OpenQuestion
from runner.runs.answers import chosen_options, names_of, plain_subject


def question_digest(question: OpenQuestion) -> str:
    """`sha256:` and hex of everything that a question shows: words, options, findings, commands."""
    text = json.dumps(to_plain(question), sort_keys=True, ensure_ascii=False)
    return "sha256:" + sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def delivered(letter: Letter, state: RunState, asking: str) -> tuple[Event, ...]:
    """The events of a letter: that it was taken, and the answer if it counts.

    `asking` is the id of the question that is open, empty for none. Nothing for a letter whose
    events are there already: an earlier process died before it was put away.
    """
    if letter.file in state.delivered:
        return ()
    refused = letter.problem or _refusal(letter, state, asking)
    about = (letter.file, letter.question_id, letter.shown, letter.by, letter.uid)
    if refused:
        return (AnswerDelivered(*about, refused),)
    answer = Answer(letter.chosen, AnswerSource.OBSERVED, letter.by, letter.reason)
    return (AnswerDelivered(*about), QuestionAnswered(letter.question_id, answer))


def open_questions(state: RunState) -> tuple[OpenQuestion, ...]:
    """The questions that were asked and have no answer, the latest last."""
    return tuple(q for q in state.questions.values() if q.id not in state.answers)


def open_question(state: RunState, name: str) -> OpenQuestion:
    """The open question of that name; without a name the only one, or the latest.

    Raises UsageError, listing them, where none is called so.
    """
    found = open_questions(state)
    if not found:
        raise UsageError("no question of this run is open", "Nothing was recorded.")
    if not name:
        return found[-1]
    named = [q for q in reversed(found) if plain_subject(name) in names_of(q)]
    if not named:
        known = ", ".join(f'"{q.id}"' for q in found)
        raise UsageError(f"no open question is called {name!r}", "Nothing was recorded.", known)
    return named[0]


def _refusal(letter: Letter, state: RunState, asking: str) -> str:
    """Why an answer does not count; empty where it does."""
    question = state.questions.get(letter.question_id)
    if question is None:
        return "no such question was asked"
    if question.id in state.answers:
        return "it was answered already"
    if letter.shown != question_digest(question):
        return "what is asked has changed since it was shown"
    if question.id != asking:
        return "it is not asked any more"
    keys = {option.key for option in question.options}
    try:
        chosen = chosen_options(question, ",".join(letter.chosen))
    except UsageError as error:
        return error.happened
    if chosen != letter.chosen or not set(chosen) <= keys:
        return "it names no option of the question"
    return _unnamed(letter, question)


def _unnamed(letter: Letter, question: OpenQuestion) -> str:
    """Why a yes to an irreversible action does not count: its name must be typed."""
    if not question.typed_name or "y" not in letter.chosen:
        return ""
    typed = " ".join(letter.name.split()).casefold()
    wanted = " ".join(question.typed_name.split()).casefold()
    return "" if typed == wanted else f'the name of the action is missing: "{question.typed_name}"'
