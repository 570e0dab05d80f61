"""What is shown of a run while it goes on: steps as they are decided, then the outcome."""

import json
import sys
import threading
import time
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from runner.cli import console
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.keys.executor import Progress
from runner.model.events import (
    ActionProposed,
    DestinationChosen,
    JournalEntry,
    KeyFailed,
    KeyFinished,
    KeyStarted,
    StepEntered,
)
from runner.model.identity import InvocationId, PlaceKind, StepId
from runner.model.plain import to_plain
from runner.model.runs import Mode, OpenQuestion
from runner.model.safe_text import safe_text
from runner.report.chapters import StepStory
from runner.report.story import Story, tell
from runner.report.style import style_for
from runner.report.text import outcome_text, question_text, step_text
from runner.runs.begin import CompletedRun
from runner.runs.loop import Spectator


class RunView(Spectator):
    """Text: each step when it is decided, on stdout; instructions and status on stderr."""

    def __init__(self, program: Program, live: bool, where: str = ""):
        self._program = program
        self._where = where
        self._entries: list[JournalEntry] = []
        self._style = style_for(console.wants_colour(sys.stdout))
        self._status = StatusLine() if live else None

    def wrote(self, entries: Sequence[JournalEntry], state: RunState) -> None:
        """Show what these events settled."""
        self._entries += entries
        for entry in entries:
            match entry.event:
                case StepEntered(step=step) if _is_attended(state):
                    if not self._program.calls(step):
                        self._show_instructions(step_instructions(self._program, step))
                case KeyStarted() as started:
                    self._started(started)
                case KeyFinished(invocation=invocation) | KeyFailed(invocation=invocation):
                    self._clear(invocation)
                case DestinationChosen(step=step, visit=visit):
                    self._show_step(str(step), visit)
                case ActionProposed(action=number) if _is_attended(state):
                    if action := self._program.runbook.action(number):
                        self._show_instructions(f"Action {number}: {action.title}\n{action.body}")

    def progressed(self, progress: Progress) -> None:
        """Show which cell of a KEY runs."""
        if self._status:
            cells = f"cell {progress.cell} of {progress.cells}"
            self._status.note(str(progress.invocation), cells)

    def ask(self, question: OpenQuestion, complaint: str) -> None:
        """Put a question on the terminal."""
        if self._status:
            self._status.pause()
        if complaint:
            console.say(complaint)
        else:
            style = style_for(console.wants_colour(sys.stderr))
            print(question_text(question, console.width(sys.stderr), style), file=sys.stderr)
        print("> ", end="", file=sys.stderr, flush=True)

    def finished(self, completed: CompletedRun) -> None:
        """Show the outcome, where the evidence is, and what to type next."""
        if self._status:
            self._status.stop()
        story = tell(self._program, self._entries)
        console.result(outcome_text(story, console.width(sys.stdout), self._style).rstrip())
        console.result("")
        console.result(f"evidence  {completed.folder}")
        console.result(f"report    {completed.folder / 'report.html'}")
        console.result(f"next      runbook why {completed.id}{self._where}")

    def _show_step(self, step: str, visit: int) -> None:
        story = tell(self._program, self._entries)
        told = _step_of(story, step, visit)
        if told is not None:
            with_status = self._status
            if with_status:
                with_status.clear()
            text = step_text(told, console.width(sys.stdout), self._style)
            console.result(text.rstrip() + "\n")

    def _show_instructions(self, markdown: str) -> None:
        if self._status:
            self._status.clear()
        text = fitted(markdown, console.width(sys.stderr))
        print(text.rstrip() + "\n", file=sys.stderr, flush=True)

    def _started(self, started: KeyStarted) -> None:
        if self._status:
            ahead = " ahead" if started.ahead else ""
            self._status.begin(str(started.invocation), f"{started.key.text}{ahead}")

    def _clear(self, invocation: InvocationId) -> None:
        if self._status:
            self._status.end(str(invocation))


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

    def _show_step(self, step: str, visit: int) -> None:
        """Nothing before the end."""


class LinesView(RunView):
    """Every event as a line of JSON on stdout, as soon as it is on disk."""

    def __init__(self, program: Program):
        super().__init__(program, live=False)

    def wrote(self, entries: Sequence[JournalEntry], state: RunState) -> None:
        """Print the entries."""
        for entry in entries:
            console.result(json.dumps(to_plain(entry), ensure_ascii=False, sort_keys=True))

    def finished(self, completed: CompletedRun) -> None:
        """The last event said it."""


class StatusLine:
    """One line at the bottom of the terminal: the KEYs that run and for how long."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[str, float, str]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._paused = False
        threading.Thread(target=self._redraw, daemon=True).start()

    def begin(self, key: str, name: str) -> None:
        """A KEY was started."""
        with self._lock:
            self._running[key] = (name, time.monotonic(), "")
            self._paused = False

    def note(self, key: str, words: str) -> None:
        """How far a KEY is."""
        with self._lock:
            if key in self._running:
                name, since, _ = self._running[key]
                self._running[key] = (name, since, words)

    def end(self, key: str) -> None:
        """A KEY ended."""
        with self._lock:
            self._running.pop(key, None)
        self.clear()

    def pause(self) -> None:
        """Leave the line to the person who types."""
        with self._lock:
            self._paused = True
        self.clear()

    def clear(self) -> None:
        """Take the line away."""
        with self._lock:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def stop(self) -> None:
        """No more status."""
        self._over.set()
        self.clear()

    def _redraw(self) -> None:
        while not self._over.wait(0.1):
            with self._lock:
                if self._running and not self._paused and not self._over.is_set():
                    sys.stderr.write("\r\x1b[2K" + self._text()[: console.width(sys.stderr) - 1])
                    sys.stderr.flush()

    def _text(self) -> str:
        now = time.monotonic()
        parts = [
            f"{name}  {now - since:.1f} s  {note}" for name, since, note in self._running.values()
        ]
        return "  running " + " · ".join(part.rstrip() for part in parts)


def step_instructions(program: Program, step: StepId) -> str:
    """What a person is to do: heading and body, less the branches, which the question lists."""
    place = program.step[step]
    source = program.runbook.source
    branches = {
        source.lines[source.position(branch.span.start).line - 1] for branch in place.branches
    }
    body = "\n".join(line for line in place.body.splitlines() if line not in branches)
    if step.kind is PlaceKind.STEP:
        return f"Step {step.number}: {place.title}\n\n{body.strip()}"
    return body.strip()


def fitted(markdown: str, columns: int) -> str:
    """Markdown of others made safe and wrapped; lines of code are never broken."""
    lines: list[str] = []
    in_code = False
    for line in safe_text(markdown).splitlines():
        is_fence = line.lstrip().startswith(("```", "~~~"))
        in_code ^= is_fence
        if in_code or is_fence or len(line) <= columns:
            lines.append(line)
        else:
            indent = " " * (len(line) - len(line.lstrip()))
            lines += wrap(line, columns, subsequent_indent=indent, break_long_words=False)
    return "\n".join(lines)


def _is_attended(state: RunState) -> bool:
    return state.started is not None and state.started.mode is Mode.ATTENDED


def _step_of(story: Story, step: str, visit: int) -> StepStory | None:
    return next((s for s in story.steps if str(s.id) == step and s.visit == visit), None)
