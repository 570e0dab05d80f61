"""What is shown of a run while it goes on: steps as they are decided, then the outcome."""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from runner.cli import console
from runner.cli.asides import aside_shown, command_output
from runner.cli.instructions import action_instructions, fitted, step_instructions
from runner.cli.left_runs import left_text
from runner.cli.status_line import StatusLine
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.keys.executor import Progress
from runner.model.events import (
    ActionProposed,
    CommandFinished,
    CommandRequested,
    CommandStarted,
    DestinationChosen,
    InputRefused,
    InputStaged,
    JournalEntry,
    KeyFailed,
    KeyFinished,
    KeyStarted,
    QuestionAnswered,
    QuestionOpened,
    StepEntered,
)
from runner.model.identity import StepId
from runner.model.interruptions import AnswerDelivered, ClockStepped
from runner.model.kept_out import absent_columns
from runner.model.plain import to_plain
from runner.model.runs import Mode, Move, MoveKind, OpenQuestion, QuestionKind
from runner.model.safe_text import safe_line
from runner.report.chapters import StepStory
from runner.report.interruptions import interruption_in_words
from runner.report.layout import wrapped
from runner.report.measures import show_size
from runner.report.story import Story, tell
from runner.report.style import style_for
from runner.report.text import outcome_text, question_text, step_text
from runner.runs.at_terminal import Aside
from runner.runs.begin import CompletedRun, LeftRun
from runner.runs.loop import Spectator


class RunView(Spectator):
    """Text: each step when it is decided, on stdout; instructions and status on stderr.

    `usual` gives the seconds that a KEY took in earlier runs, by its name, None where none did.
    `is_kept` says that evidence is left to be looked at.
    """

    def __init__(
        self,
        program: Program,
        live: bool,
        where: str = "",
        usual: Callable[[str], float | None] = lambda key: None,
        is_kept: bool = True,
    ):
        self._program = program
        self._usual = usual
        self._where = where
        self._is_kept = is_kept
        self._entries: list[JournalEntry] = []
        self._style = style_for(console.wants_colour(sys.stdout))
        self._status = StatusLine() if live else None
        self._shown: StepId | None = None

    def recall(self, entries: Sequence[JournalEntry]) -> None:
        """What happened before: told again at the end, not shown now."""
        self._entries += entries

    def wrote(self, entries: Sequence[JournalEntry], state: RunState) -> None:
        """Show what these events settled."""
        self._entries += entries
        for entry in entries:
            match entry.event:
                case StepEntered(step=step) if _is_attended(state):
                    self._shown = None
                    if not self._program.calls(step):
                        self._show_step_instructions(step)
                case QuestionOpened(question=question) if _is_attended(state):
                    if question.kind is QuestionKind.STEP and question.place:
                        self._show_step_instructions(question.place)
                case QuestionAnswered() | CommandRequested() | InputRefused():
                    if self._status:
                        self._status.resume()
                case AnswerDelivered() | ClockStepped():
                    self._note(interruption_in_words(entry.event))
                case InputStaged(staged=staged) if not staged.is_copied:
                    size = show_size(staged.size)
                    self._note(f"input {staged.name} is not kept: {staged.file}, {size}")
                case KeyStarted() | KeyFinished() | KeyFailed():
                    self._note_key(entry.event)
                case CommandStarted() | CommandFinished():
                    self._note_command(entry.event)
                case DestinationChosen(move=Move(kind=MoveKind.GAVE_UP), why=why):
                    self._note(f"given up: {why}")
                case DestinationChosen(step=step, visit=visit):
                    self._show_step(str(step), visit)
                case ActionProposed(action=number) if _is_attended(state):
                    if action := self._program.runbook.action(number):
                        because = entry.event.because
                        text = action_instructions(self._program, action, because)
                        self._show_instructions(text)
        if any(isinstance(entry.event, InputStaged) for entry in entries):
            for name in absent_columns(state.inputs):
                self._note(f"warning: no input has the column {name}, which is to be redacted")

    def progressed(self, progress: Progress) -> None:
        """Show which cell of a KEY runs, and the last line that it printed."""
        if self._status:
            words = f"cell {progress.cell} of {progress.cells}"
            if progress.tail:
                words += f"  {safe_line(progress.tail)}"
            self._status.note(str(progress.invocation), words)

    def ask(self, question: OpenQuestion, complaint: str) -> None:
        """Put a question on the terminal."""
        if self._status:
            self._status.pause()
        if complaint:
            console.say("\n".join(wrapped(safe_line(complaint), console.width(sys.stderr))))
        else:
            style = style_for(console.wants_colour(sys.stderr))
            print(question_text(question, console.width(sys.stderr), style), file=sys.stderr)
        print("> ", end="", file=sys.stderr, flush=True)

    def tell(self, aside: Aside) -> str:
        """Show what was looked up."""
        return aside_shown(self._program, tuple(self._entries), aside)

    def finished(self, completed: CompletedRun) -> None:
        """Show the outcome, where the evidence is, and what to type next."""
        if self._status:
            self._status.stop()
        story = tell(self._program, self._entries)
        console.result(outcome_text(story, console.width(sys.stdout), self._style).rstrip())
        console.result("")
        if not self._is_kept:
            console.result("evidence  none: --no-evidence")
            return
        console.result(f"evidence  {completed.folder}")
        console.result(f"report    {completed.folder / 'report.html'}")
        console.result(f"next      runbook why {completed.id}{self._where}")

    def left(self, left: LeftRun) -> None:
        """Show why the run was left, and what to type to go on."""
        if self._status:
            self._status.stop()
        for line in left_text(tell(self._program, self._entries), left, self._where):
            console.say(line)

    def _show_step(self, step: str, visit: int) -> None:
        story = tell(self._program, self._entries)
        told = _step_of(story, step, visit)
        if told is not None:
            with_status = self._status
            if with_status:
                with_status.clear()
            text = step_text(told, console.width(sys.stdout), self._style)
            console.result(text.rstrip() + "\n")

    def _show_step_instructions(self, step: StepId) -> None:
        if self._shown != step:
            self._shown = step
            self._show_instructions(step_instructions(self._program, step))

    def _show_instructions(self, markdown: str) -> None:
        if self._status:
            self._status.clear()
        text = fitted(markdown, console.width(sys.stderr))
        print(text.rstrip() + "\n", file=sys.stderr, flush=True)

    def _note(self, words: str) -> None:
        if self._status:
            self._status.clear()
        console.say(safe_line(words))

    def _note_key(self, event: KeyStarted | KeyFinished | KeyFailed) -> None:
        if self._status and isinstance(event, KeyStarted):
            ahead = " ahead" if event.ahead else ""
            usual = self._usual(event.key.text)
            self._status.begin(str(event.invocation), f"{event.key.text}{ahead}", usual)
        elif self._status:
            self._status.end(str(event.invocation))

    def _note_command(self, event: CommandStarted | CommandFinished) -> None:
        name = f"command {event.number}"
        if isinstance(event, CommandStarted):
            if self._status:
                self._status.begin(name, name)
            return
        if self._status:
            self._status.end(name)
        print(command_output(event.number, event.result), file=sys.stderr, flush=True)


class JsonView(RunView):
    """One JSON document on stdout when the run has ended; questions on stderr."""

    def __init__(self, program: Program):
        super().__init__(program, live=False)

    def finished(self, completed: CompletedRun) -> None:
        """Print the run."""
        from runner.report.json_form import story_json

        story: dict[str, Any] = story_json(tell(self._program, self._entries))
        story["evidence"] = str(completed.folder)
        console.result(json.dumps(story, indent=2, ensure_ascii=False))

    def left(self, left: LeftRun) -> None:
        """Print the run as far as it went."""
        from runner.report.json_form import story_json

        story: dict[str, Any] = story_json(tell(self._program, self._entries))
        story["evidence"] = str(left.folder)
        console.result(json.dumps(story, indent=2, ensure_ascii=False))
        super().left(left)

    def _show_step(self, step: str, visit: int) -> None:
        """Nothing before the end."""


class LinesView(RunView):
    """Every event as a line of JSON on stdout, once it is on disk, and the progress of KEYs."""

    def __init__(self, program: Program):
        super().__init__(program, live=False)

    def wrote(self, entries: Sequence[JournalEntry], state: RunState) -> None:
        """Print the entries."""
        self._entries += entries
        for entry in entries:
            console.result(json.dumps(to_plain(entry), ensure_ascii=False, sort_keys=True))

    def progressed(self, progress: Progress) -> None:
        """Print it; it is no event, and not in the journal."""
        console.result(json.dumps(to_plain(progress), ensure_ascii=False, sort_keys=True))

    def finished(self, completed: CompletedRun) -> None:
        """The last event said it."""


def _is_attended(state: RunState) -> bool:
    return state.started is not None and state.started.mode is Mode.ATTENDED


def _step_of(story: Story, step: str, visit: int) -> StepStory | None:
    return next((s for s in story.steps if str(s.id) == step and s.visit == visit), None)
