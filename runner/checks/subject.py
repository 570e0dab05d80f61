"""What the rules look at: a runbook, what its words mean, and the names that exist around it."""

from collections.abc import Iterator
from functools import cached_property

from runner.conditions.binding import Bound
from runner.conditions.vocabulary import Vocabulary
from runner.document.parse import ParsedRunbook
from runner.interpreter.program import Program
from runner.model.conditions import Condition
from runner.model.frozen import frozen
from runner.model.runbook import Branch, KeyInvocation, Runbook, Step
from runner.model.source import Span


@frozen
class KnownNames:
    """The names that exist outside the runbook: installed KEYs; slugs and titles of runbooks."""

    keys: tuple[str, ...] = ()
    runbooks: tuple[str, ...] = ()


@frozen
class Finding:
    """What one rule has against one place; the code and the severity are the rule's."""

    message: str
    span: Span
    hint: str = ""


@frozen
class Judged:
    """A condition with its binding. `step` is None for `Escalate if` and `Rollback if`."""

    condition: Condition
    bound: Bound
    vocabulary: Vocabulary
    step: Step | None
    is_branch: bool


@frozen
class Subject:
    """A runbook that is being checked."""

    parsed: ParsedRunbook
    program: Program
    known: KnownNames

    @property
    def runbook(self) -> Runbook:
        """The runbook as it is written."""
        return self.parsed.runbook

    @property
    def everywhere(self) -> tuple[Step, ...]:
        """Safety checks, steps and verification checks, also those that share a number."""
        return self.runbook.places + self.runbook.verification

    def text(self, span: Span) -> str:
        """The source of a span on one line."""
        return " ".join(self.runbook.source.text[span.start : span.end].split())

    def visible(self, span: Span) -> Span:
        """The span, or the words of its line where it is empty, so that a caret has a place."""
        if span.start < span.end:
            return span
        source = self.runbook.source
        line = source.position(span.start).line - 1
        return _words_of_line(source.lines[line], source.line_starts[line])

    def within(self, span: Span, words: str) -> Span:
        """Where the words stand inside a span; the span itself where they stand otherwise."""
        at = self.runbook.source.text.find(words, span.start, span.end) if words else -1
        return Span(at, at + len(words)) if at >= 0 else span

    def opening(self) -> Span:
        """The words of the first line behind the front matter, for what the whole file lacks."""
        source = self.runbook.source
        lines = source.lines
        first = 0
        if lines[0].lstrip("\ufeff").rstrip() == "---":
            ends = (n for n, line in enumerate(lines[1:], 2) if line.rstrip() in ("---", "..."))
            first = next(ends, 0)
        shown = (n for n in range(first, len(lines)) if lines[n].strip("\ufeff #\t"))
        line = next(shown, 0)
        return _words_of_line(lines[line], source.line_starts[line])

    def branches(self) -> Iterator[tuple[Step, Branch, Bound]]:
        """Every branch with its step and its bound condition."""
        for step in self.program.step.values():
            bound = self.program.branches[step.id]
            for branch, meaning in zip(step.branches, bound, strict=True):
                yield step, branch, meaning

    @cached_property
    def judged(self) -> tuple[Judged, ...]:
        """Every condition that a run evaluates."""
        return tuple(self._judged())

    def _judged(self) -> Iterator[Judged]:
        for step, branch, bound in self.branches():
            words = self.program.vocabulary(step)
            yield Judged(branch.condition, bound, words, step, True)
        for step in self.program.step.values():
            bounds = self.program.expectations[step.id]
            words = self.program.vocabulary(step)
            for expected, bound in zip(step.expectations, bounds, strict=True):
                yield Judged(expected.condition, bound, words, step, False)
        everything = self.program.everything
        for standing, bound in zip(self.runbook.standing, self.program.standing, strict=True):
            yield Judged(standing.condition, bound, everything, None, False)

    def calls(self) -> Iterator[tuple[Step, KeyInvocation]]:
        """Every call of a notebook KEY, with its place."""
        for step in self.everywhere:
            for call in step.invocations:
                if call.key.is_notebook:
                    yield step, call

    def follow_ups(self) -> Iterator[KeyInvocation]:
        """Every call of a notebook KEY in Post-Incident Follow-Ups."""
        return (call for call in self.runbook.follow_ups if call.key.is_notebook)

    def knows_all_keys_of(self, step: Step) -> bool:
        """Whether the step calls KEYs, and the outputs of all of them are known."""
        calls = step.invocations
        return bool(calls) and all(call.key in self.program.by_key for call in calls)


def place_name(step: Step) -> str:
    """A place as messages name it: `Step 3`, `Safety check 1`."""
    kind = step.id.kind.value
    word = "Step" if kind == "step" else f"{kind.capitalize()} check"
    return f"{word} {step.id.number}"


def in_a_row(names: tuple[str, ...]) -> str:
    """Names as prose: `a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _words_of_line(line: str, start: int) -> Span:
    words = line.strip("\ufeff #\t")
    at = line.find(words) if words else 0
    return Span(start + at, start + at + len(words))
