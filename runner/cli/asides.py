"""What an operator looks up at a prompt: the step, the decisions, a command, the clipboard."""

import sys
from base64 import b64encode
from collections.abc import Sequence

from runner.cli import console
from runner.cli.instructions import action_instructions, fitted, step_instructions
from runner.interpreter.program import Program
from runner.model.commands import CommandResult
from runner.model.events import JournalEntry
from runner.model.runs import OpenQuestion
from runner.model.safe_text import safe_line, safe_text
from runner.report.measures import show_seconds
from runner.report.story import tell
from runner.report.style import style_for
from runner.report.text import step_text
from runner.runs.at_terminal import Aside, CopyCommand, DecisionsSoFar, ShowCommand, StepAgain


def aside_shown(program: Program, entries: Sequence[JournalEntry], aside: Aside) -> str:
    """Show it on stderr; returns what to say above the next prompt, empty for the question."""
    match aside:
        case StepAgain(question=question):
            _print(instructions_for(program, question))
            return ""
        case DecisionsSoFar():
            return _decisions(program, entries)
        case ShowCommand(command=command):
            _print(safe_text(command.text))
            return ""
        case CopyCommand(command=command):
            return _copied(command.text)


def instructions_for(program: Program, question: OpenQuestion) -> str:
    """The step or action that a question is about, in the runbook's words; empty for neither."""
    action = program.runbook.action(question.action) if question.action else None
    if action:
        text = action_instructions(program, action, "")
    elif question.place in program.step:
        text = step_instructions(program, question.place)
    else:
        return ""
    return fitted(text, console.width(sys.stderr))


def command_output(number: int, result: CommandResult) -> str:
    """How a command ended and the end of what it wrote, for the terminal."""
    lines = [f"  | {safe_text(line)}" for line in result.excerpt.split("\n") if result.excerpt]
    said = f"command {number}: {result.in_words}, {show_seconds(result.seconds)}"
    if result.masked:
        said += f", {result.masked} secret{'' if result.masked == 1 else 's'} masked"
    if result.bytes_dropped:
        said += f", {result.bytes_dropped:,} bytes not kept"
    if result.file:
        said += f", kept as {result.file}"
    return "\n".join([*lines, safe_line(said), ""])


def _decisions(program: Program, entries: Sequence[JournalEntry]) -> str:
    steps = [step for step in tell(program, tuple(entries)).steps if step.next]
    if not steps:
        return "Nothing is decided yet."
    style = style_for(console.wants_colour(sys.stderr))
    _print("\n".join(step_text(step, console.width(sys.stderr), style) for step in steps))
    return ""


def _copied(text: str) -> str:
    """OSC 52, which asks the terminal to take a text to its clipboard; only for a terminal."""
    if not sys.stderr.isatty():
        return "There is no terminal to copy to; show prints it."
    coded = b64encode(text.encode("utf-8", "surrogatepass")).decode()
    sys.stderr.write(f"\x1b]52;c;{coded}\x07")
    sys.stderr.flush()
    return "Sent to the clipboard of the terminal, as far as it takes it."


def _print(text: str) -> None:
    print(f"\n{text.rstrip()}\n", file=sys.stderr, flush=True)
