"""Why a run went where it went: one decision in about ten lines."""

from collections.abc import Sequence

from runner.errors import NotFound
from runner.interpreter.program import Program
from runner.interpreter.state import ReadOutputs, fold
from runner.interpreter.windows import outputs_of_visit
from runner.model.conditions import Ground, Reason, Verdict
from runner.model.events import JournalEntry
from runner.model.safe_text import safe_line
from runner.model.values import Chart, Table, Undefined
from runner.report.chapters import BranchStory, ExpectationStory, StepStory
from runner.report.layout import hanging
from runner.report.story import Story, tell
from runner.report.style import PLAIN, Style
from runner.report.text_steps import painted_word
from runner.report.turning import turning_point


def why_text(
    program: Program,
    entries: Sequence[JournalEntry],
    step: str | None = None,
    width: int = 80,
    style: Style = PLAIN,
) -> str:
    """The decision of a step: conditions with source line, values and their origin, verdicts.

    Without `step`, the decision that weighed most. Raises NotFound for a step that was not reached.
    """
    story = tell(program, entries)
    if not story.steps:
        return f"No step was reached: {safe_line(story.headline.sentence)}\n"
    chosen = _visit(story, step) if step else _weightiest(story)
    state = fold(entry.event for entry in entries)
    read = outputs_of_visit(program, state, (chosen.id, chosen.visit))
    lines = hanging(f"{safe_line(chosen.heading)}  ", safe_line(chosen.title), width)
    lines = [style.bold(line) for line in lines]
    lines += _origin(program, chosen, width, style)
    for expected in chosen.expectations:
        lines += _expectation(expected, width, style)
    for branch in chosen.branches:
        lines += _branch(program, chosen, branch, read, (width, style))
    return "\n".join([*lines, *_end(story, chosen, width, style)]) + "\n"


def _end(story: Story, step: StepStory, width: int, style: Style) -> list[str]:
    """Standing conditions that were seen to hold here, and where the run went."""
    lines: list[str] = []
    for standing in story.standing:
        if standing.after == step.heading:
            said = f"{standing.kind.value} if {standing.text}: {standing.reason.sentence}"
            lines += [style.red(x) for x in hanging("  ! ", safe_line(said), width)]
    led = safe_line(f"{step.next}: {step.why}") if step.next else "not decided yet"
    return lines + [style.bold(line) for line in hanging("  went to ", led, width)]


def _visit(story: Story, wanted: str) -> StepStory:
    """The last visit of a step: `3`, `step 3`, `safety 1`."""
    words = " ".join(wanted.casefold().split()).replace("safety check", "safety")
    names = (words, f"step {words}")
    found = [s for s in story.steps if str(s.id).casefold() in names]
    if not found:
        reached = ", ".join(dict.fromkeys(str(s.id) for s in story.steps))
        raise NotFound(
            f"this run did not reach {safe_line(wanted)!r}",
            hint=f"it reached: {safe_line(reached)}",
        )
    return found[-1]


def _weightiest(story: Story) -> StepStory:
    """The last visit that named an action; else one with a broken expectation; else a KEY's."""
    tests = (
        lambda s: s.actions,
        lambda s: any(e.reason.verdict is Verdict.FAILS for e in s.expectations),
        lambda s: any(b.verdict is Verdict.HOLDS and not b.by_person for b in s.branches),
        lambda s: s.keys,
        lambda s: any(b.verdict is Verdict.HOLDS for b in s.branches),
    )
    for test in tests:
        found = [step for step in story.steps if test(step)]
        if found:
            return found[-1]
    return story.steps[-1]


def _origin(program: Program, step: StepStory, width: int, style: Style) -> list[str]:
    place = f"{program.runbook.source.path}:{step.line}" if step.line else ""
    lines = [style.dim(x) for x in hanging("  in ", safe_line(place), width)] if place else []
    for key in step.keys:
        version = f" {key.version}" if key.version else ""
        words = f"{key.key}{version}, {key.state.value}"
        if key.failure:
            words += f" ({key.failure.kind.value}): {key.failure.message}"
        lines += [style.dim(x) for x in hanging("  by ", safe_line(words), width)]
    return lines


def _expectation(expected: ExpectationStory, width: int, style: Style) -> list[str]:
    words = f"{expected.text}: {expected.reason.sentence}"
    lead = f"  {expected.word}  "
    lines = hanging(lead, safe_line(f"{words}  :{expected.line}"), width)
    return [painted_word(expected.reason.verdict, lines[0], expected.word, style), *lines[1:]]


def _branch(
    program: Program,
    step: StepStory,
    branch: BranchStory,
    read: ReadOutputs,
    look: tuple[int, Style],
) -> list[str]:
    width, style = look
    lead = f"  {branch.word:3}  "
    target = ", ".join(safe_line(words) for words in branch.leads_to)
    said = f"{safe_line(branch.condition)} → {target}  :{branch.line}"
    lines = hanging(lead, said, width)
    lines[0] = painted_word(branch.verdict, lines[0], branch.word, style)
    bound = program.branches.get(step.id, ())[branch.ordinal - 1 : branch.ordinal]
    turning = turning_point(bound[0], branch.reason, read) if bound else ""
    parts = [branch.reason.sentence, _source(step, branch.reason), turning]
    return [*lines, *hanging(" " * len(lead), safe_line("; ".join(p for p in parts if p)), width)]


def _source(step: StepStory, reason: Reason) -> str:
    """Where the value came from: the output, and the number as it was published."""
    if reason.ground is Ground.PERSON or not reason.output:
        named = [_source(step, part) for part in reason.parts]
        return ", ".join(dict.fromkeys(part for part in named if part))
    for key in step.keys:
        for output in key.outputs:
            if key.admitted and output.name == reason.output and key.key == reason.key:
                value = output.value
                exact = "" if isinstance(value, Table | Chart | Undefined | str) else f" = {value}"
                return f"{output.name}{exact}"
    return reason.output
