"""What a person is to do, as the runbook says it: safe to show, fitted, without what is asked."""

from textwrap import wrap

from runner.interpreter.program import Program
from runner.model.identity import PlaceKind, StepId
from runner.model.runbook import Action
from runner.model.safe_text import safe_text
from runner.model.source import Span

_TOLD_BY_THE_QUESTION = ("precondition", "warning", "side effect", "verification", "rollback")


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


def action_instructions(program: Program, action: Action, because: str) -> str:
    """What an action consists of; its precondition, warnings and the like are in the question."""
    told = [
        field.span
        for field in action.fields
        if field.label.casefold().startswith(_TOLD_BY_THE_QUESTION)
    ]
    kept = _without(program, action.body, [span for span in told if _is_inline(program, span)])
    because = f" ({because})" if because else ""
    return f"Action {action.number}: {action.title}{because}\n\n{kept.strip()}"


def _is_inline(program: Program, span: Span) -> bool:
    """Whether a field stands in its own lines, with nothing below it."""
    text = program.runbook.source.text[span.start : span.end]
    return not text.rstrip().rstrip("*_").endswith(":")


def _without(program: Program, body: str, spans: list[Span]) -> str:
    """The body less the source lines of these spans."""
    source = program.runbook.source
    gone = [
        line
        for span in spans
        for line in source.lines[
            source.position(span.start).line - 1 : source.position(
                max(span.end - 1, span.start)
            ).line
        ]
    ]
    return "\n".join(line for line in body.splitlines() if line not in gone)


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
