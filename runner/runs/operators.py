"""Those who answer a run's questions: nobody, nobody yet, a script, answers given ahead.

The person at a terminal is in `runner.runs.at_terminal`.
"""

from collections.abc import Mapping
from typing import Protocol

from runner.errors import UsageError
from runner.model.replies import Later, Reply
from runner.model.runs import Answer, AnswerSource, OpenQuestion, QuestionKind
from runner.runs.answers import chosen_options, names_of, plain_subject

NOBODY = Answer((), AnswerSource.NOBODY)


class Operator(Protocol):
    """Who is asked. Called from a thread of its own; may take as long as a person takes."""

    def ask(self, question: OpenQuestion) -> Reply:
        """The answer, one from NOBODY, or a wish that leaves the question open."""
        ...

    def withdraw(self, question_id: str) -> None:
        """Somebody else answered this question: an `ask` of it returns, whatever it returns."""
        ...

    def dismiss(self) -> None:
        """The run ends: stop waiting. An `ask` under way returns an answer from NOBODY."""
        ...


class Unattended:
    """Nobody is there."""

    def ask(self, question: OpenQuestion) -> Answer:
        """Nobody's answer."""
        return NOBODY

    def withdraw(self, question_id: str) -> None:
        """Nothing waits."""

    def dismiss(self) -> None:
        """Nothing waits."""


class NotYet:
    """A person is to answer, but not now: the run is left at the first question."""

    def __init__(self, by: str):
        self._by = by

    def ask(self, question: OpenQuestion) -> Later:
        """Leave it open."""
        return Later(self._by)

    def withdraw(self, question_id: str) -> None:
        """Nothing waits."""

    def dismiss(self) -> None:
        """Nothing waits."""


class Scripted:
    """Answers by subject (`safety 1`, `2`, `stop`); another operator answers the rest.

    With GIVEN_AHEAD as source these are answers from the command line, with SCRIPTED those of a
    rehearsal.
    """

    def __init__(self, answers: Mapping[str, str], source: AnswerSource, by: str, rest: Operator):
        self._answers = {plain_subject(name): words for name, words in answers.items()}
        self._source = source
        self._by = by
        self._rest = rest

    def ask(self, question: OpenQuestion) -> Reply:
        """The scripted answer; the other operator's where the script has none that fits."""
        if question.kind is QuestionKind.COMMAND:
            return self._rest.ask(question)
        names = [name for name in names_of(question) if name in self._answers]
        if not names:
            return self._rest.ask(question)
        words = self._answers[names[0]]
        try:
            chosen = chosen_options(question, words)
        except UsageError:
            return self._rest.ask(question)
        return Answer(chosen, self._source, self._by, reason=words)

    def withdraw(self, question_id: str) -> None:
        """Pass it on."""
        self._rest.withdraw(question_id)

    def dismiss(self) -> None:
        """Pass it on."""
        self._rest.dismiss()
