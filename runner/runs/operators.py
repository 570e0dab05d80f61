"""Those who answer a run's questions: nobody, a script, answers given ahead, a terminal."""

import os
import select
from collections.abc import Callable, Mapping
from typing import Protocol, TextIO

from runner.errors import UsageError
from runner.model.runs import Answer, AnswerSource, OpenQuestion
from runner.runs.answers import chosen_options, names_of, plain_subject

NOBODY = Answer((), AnswerSource.NOBODY)


class Operator(Protocol):
    """Who is asked. Called from a thread of its own; may take as long as a person takes."""

    def ask(self, question: OpenQuestion) -> Answer:
        """The answer, or one from NOBODY."""
        ...

    def dismiss(self) -> None:
        """The run ends: stop waiting. An `ask` under way returns an answer from NOBODY."""
        ...


class Unattended:
    """Nobody is there."""

    def ask(self, question: OpenQuestion) -> Answer:
        """Nobody's answer."""
        return NOBODY

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

    def ask(self, question: OpenQuestion) -> Answer:
        """The scripted answer; the other operator's where the script has none that fits."""
        names = [name for name in names_of(question) if name in self._answers]
        if not names:
            return self._rest.ask(question)
        words = self._answers[names[0]]
        try:
            chosen = chosen_options(question, words)
        except UsageError:
            return self._rest.ask(question)
        return Answer(chosen, self._source, self._by, reason=words)

    def dismiss(self) -> None:
        """Pass it on."""
        self._rest.dismiss()


class AtTerminal:
    """A person at a terminal. `show` prints a question; the answer is a line.

    A reason may follow the answer behind a `#`. Irreversible actions ask for the action's name.
    """

    def __init__(self, keyboard: TextIO, show: Callable[[OpenQuestion, str], None], login: str):
        self._keyboard = keyboard
        self._show = show
        self._login = login
        self._wake_read, self._wake_write = os.pipe()

    def ask(self, question: OpenQuestion) -> Answer:
        """Ask until there is an answer; at the end of input nobody answers any more."""
        complaint = ""
        while True:
            self._show(question, complaint)
            line = self._line()
            if line is None:
                return NOBODY
            words, _, reason = line.partition("#")
            try:
                chosen = chosen_options(question, words)
            except UsageError as error:
                complaint = f"That is no answer; {error.hint}"
                continue
            complaint = self._refusal(question, chosen)
            if not complaint:
                return Answer(chosen, AnswerSource.OBSERVED, self._login, reason.strip())

    def dismiss(self) -> None:
        """Wake an `ask` that waits for a line."""
        os.write(self._wake_write, b"x")

    def _refusal(self, question: OpenQuestion, chosen: tuple[str, ...]) -> str:
        if not question.typed_name or "y" not in chosen:
            return ""
        self._show(question, f'Type the name of the action to confirm: "{question.typed_name}"')
        typed = self._line() or ""
        same = (
            " ".join(typed.split()).casefold() == " ".join(question.typed_name.split()).casefold()
        )
        return "" if same else "That is not its name; nothing is recorded as done."

    def _line(self) -> str | None:
        """The next line, or None at the end of input or when dismissed."""
        ready, _, _ = select.select([self._keyboard.fileno(), self._wake_read], [], [])
        if self._wake_read in ready:
            return None
        line = self._keyboard.readline()
        return line if line else None
