"""A person at a terminal: answers, commands to show, copy or run, files, and what to look up."""

import re
from collections.abc import Container
from typing import Protocol, TextIO

from runner.errors import UsageError
from runner.model.commands import Command
from runner.model.frozen import frozen
from runner.model.replies import Abort, CommandWish, InputOffer, Later, Reply
from runner.model.runs import Answer, AnswerSource, OpenQuestion, QuestionKind
from runner.runs.answers import chosen_options
from runner.runs.keyboard import Keyboard, Typed
from runner.runs.operators import NOBODY

_ABOUT_COMMAND = re.compile(r"(show|copy|run)(?:\s+(\d{1,4}))?", re.I)
_YES = ("y", "yes")


@frozen
class StepAgain:
    """Show what the question is about once more."""

    question: OpenQuestion


@frozen
class DecisionsSoFar:
    """Show every decision until now."""


@frozen
class ShowCommand:
    """Print a command exactly."""

    command: Command


@frozen
class CopyCommand:
    """Put a command on the clipboard of the terminal."""

    command: Command


Aside = StepAgain | DecisionsSoFar | ShowCommand | CopyCommand


class Screen(Protocol):
    """Where questions are put. Called from the operator's thread."""

    def ask(self, question: OpenQuestion, complaint: str) -> None:
        """Put a question with a prompt; where there is a complaint, that instead of it all."""
        ...

    def tell(self, aside: Aside) -> str:
        """Show something besides; returns what to say of it above the next prompt."""
        ...


class AtTerminal:
    """A reason may follow an answer behind a `#`. `defined` are the variables that are set.

    What was typed before its question was shown counts as given ahead; a yes to a command, to an
    irreversible action or to ending the run is only taken from a fresh line.
    """

    def __init__(self, keyboard: TextIO, screen: Screen, login: str, defined: Container[str] = ()):
        self._keyboard = Keyboard(keyboard)
        self._screen = screen
        self._login = login
        self._defined = defined
        self._withdrawn: set[str] = set()

    def ask(self, question: OpenQuestion) -> Reply:
        """Ask until there is a reply; after the end of input nobody answers any more."""
        complaint = ""
        self._begin(question)
        while not self._keyboard.closed and question.id not in self._withdrawn:
            self._screen.ask(question, complaint)
            typed = self._keyboard.line()
            if typed is None:
                if self._keyboard.dismissed or question.id in self._withdrawn:
                    break
                complaint = "Ctrl-D again: nobody answers from here on. q ends the run."
                continue
            reply = self._reply(question, typed)
            if not isinstance(reply, str):
                return reply
            complaint = reply
        return NOBODY

    def withdraw(self, question_id: str) -> None:
        """Wake an `ask` of that question; what is typed from now on is for the next."""
        self._withdrawn.add(question_id)
        self._keyboard.nudge()

    def dismiss(self) -> None:
        """Wake an `ask` that waits for a line."""
        self._keyboard.dismiss()

    def _begin(self, question: OpenQuestion) -> None:
        if question.kind is QuestionKind.COMMAND:
            self._keyboard.clear()
        else:
            self._keyboard.mark()

    def _reply(self, question: OpenQuestion, typed: Typed) -> Reply | str:
        """What a line means, or what to say above the next prompt; empty for the question anew."""
        words, _, reason = typed.text.partition("#")
        words = words.strip()
        if words.casefold() not in [option.key.casefold() for option in question.options]:
            if words == "?":
                return self._screen.tell(StepAgain(question))
            if words.casefold() == "why":
                return self._screen.tell(DecisionsSoFar()) or question.text
            if words.casefold() in ("q", "quit"):
                return self._abort(question)
            if words.casefold() == "later":
                return Later(self._login, reason.strip())
            if question.commands and (match := _ABOUT_COMMAND.fullmatch(words)):
                return self._about_command(question, match[1].casefold(), match[2])
            if question.inputs and words:
                return self._offer(question, typed.text.strip())
        return self._answer(question, words, reason.strip(), typed.ahead)

    def _answer(self, question: OpenQuestion, words: str, reason: str, ahead: bool) -> Reply | str:
        if question.inputs and words.casefold() == "file":
            return "Type the path of the file itself."
        try:
            chosen = chosen_options(question, words)
        except UsageError as error:
            return f"{words!r} is no answer here: {error.hint}."
        is_command = question.kind is QuestionKind.COMMAND
        if is_command and "y" in chosen and words.casefold() not in _YES:
            return "Type yes to run it, or no."
        if refusal := self._refusal(question, chosen):
            return refusal
        source = AnswerSource.GIVEN_AHEAD if ahead else AnswerSource.OBSERVED
        return Answer(chosen, source, self._login, reason)

    def _refusal(self, question: OpenQuestion, chosen: tuple[str, ...]) -> str:
        if not question.typed_name or "y" not in chosen:
            return ""
        wanted = question.typed_name
        typed = self._fresh(question, f'Type the name of the action to confirm: "{wanted}"')
        same = " ".join(typed.split()).casefold() == " ".join(wanted.split()).casefold()
        return "" if same else "That is not its name; nothing is done and nothing recorded."

    def _abort(self, question: OpenQuestion) -> Reply | str:
        typed = self._fresh(question, "End the run here, as aborted? Type yes to end it.")
        return Abort(self._login) if typed.strip().casefold() in _YES else question.text

    def _fresh(self, question: OpenQuestion, words: str) -> str:
        """A line that was typed after `words` were shown."""
        self._keyboard.clear()
        self._screen.ask(question, words)
        typed = self._keyboard.line()
        return typed.text if typed else ""

    def _about_command(self, question: OpenQuestion, deed: str, number: str | None) -> Reply | str:
        only = question.commands[0].number if len(question.commands) == 1 else 0
        command = question.command(int(number) if number else only)
        if command is None:
            return f"Which command? {deed} 1 to {deed} {len(question.commands)}."
        if deed == "show":
            return self._screen.tell(ShowCommand(command)) or question.text
        if deed == "copy":
            return self._screen.tell(CopyCommand(command))
        if question.kind is QuestionKind.COMMAND:
            return "Type yes to run it, or no."
        unset = [name for name in command.variables if name not in self._defined]
        refusal = command.refusal or (f"${unset[0]} is not set here" if unset else "")
        if refusal:
            return f"Command {command.number} cannot be run: {refusal}. Show or copy it instead."
        return CommandWish(command.number, command.digest, self._login)

    def _offer(self, question: OpenQuestion, words: str) -> Reply | str:
        name, separator, path = words.partition("=")
        if separator and name.strip() in question.inputs:
            return InputOffer(name.strip(), path.strip(), self._login)
        if len(question.inputs) == 1:
            return InputOffer(question.inputs[0], words, self._login)
        return f"Which input is it? NAME=PATH, for one of {', '.join(question.inputs)}."
