"""A step with its decision: results, the verdict of every branch with its reason, where it led."""

from collections.abc import Iterator

from runner.model.conditions import Reason, Verdict
from runner.model.frozen import frozen
from runner.model.results import KeyFailure
from runner.model.runs import AnswerSource, MoveKind, QuestionKind
from runner.model.safe_text import safe_line
from runner.model.sandbox import SandboxLevel
from runner.model.values import Chart, Table, Undefined
from runner.report.chapters import (
    BranchStory,
    ExpectationStory,
    KeyState,
    KeyStory,
    QuestionStory,
    StepStory,
)
from runner.report.layout import hanging, padded, width_of
from runner.report.measures import show_seconds
from runner.report.style import PLAIN, Style

_GAP = "  "
_SAID_OTHERWISE = (QuestionKind.GATE, QuestionKind.KEY_FAILED)


@frozen
class _Row:
    """A branch in columns, made safe: word, condition, reason, target, source line."""

    verdict: Verdict
    cells: tuple[str, str, str, str, str]


def step_text(step: StepStory, width: int = 80, style: Style = PLAIN) -> str:
    """A visit of a step, as the operator sees it when the run leaves it."""
    lines = [*_heading(step, width, style)]
    for key in step.keys:
        lines += _key(key, width, style)
    lines += _expectations(step.expectations, width, style)
    if found := found_besides(step):
        lines += hanging("  found: ", found, width)
    shown = (b for b in step.branches if not (step.skipped and b.verdict is Verdict.UNKNOWN))
    lines += _branches(tuple(shown), width, style)
    for question in step.questions:
        lines += _question(step, question, width, style)
    if step.skipped:
        text = safe_line(step.skipped)
        lines += [style.yellow(line) for line in hanging("  not done: ", text, width)]
    if step.next:
        lines += [style.bold(line) for line in hanging("  next: ", next_words(step), width)]
    return "\n".join(lines) + "\n"


def next_words(step: StepStory) -> str:
    """Where the run went from a step: `Step 4 (Action 1 recommended)`."""
    words = safe_line(step.next)
    ended = step.move and step.move.kind in (MoveKind.END, MoveKind.TO_ACTIONS, MoveKind.GAVE_UP)
    if ended and not step.skipped and step.why != "no branch leads elsewhere":
        words += f", because {safe_line(step.why)}"
    if len(step.actions) == 1:
        words += f" (Action {step.actions[0]} recommended)"
    elif step.actions:
        listed = ", ".join(step.actions[:-1]) + f" and {step.actions[-1]}"
        words += f" (Actions {listed} recommended)"
    return words


def how(failure: KeyFailure) -> str:
    """How a KEY failed: `cell failed, cell 2`."""
    cell = f", cell {failure.cell_index}" if failure.cell_index is not None else ""
    return f"{failure.kind.value}{cell}"


def found_besides(step: StepStory) -> str:
    """Outputs that answer a question of their KEY and that no verdict of the step shows."""
    reasons = [e.reason for e in step.expectations] + [b.reason for b in step.branches]
    shown = {output for reason in reasons for output in _outputs(reason)}
    return "; ".join(
        f"{safe_line(output.label)} {output.shown}"
        for key in step.keys
        for output in key.outputs
        if output.question
        and output.name not in shown
        and not isinstance(output.value, Table | Chart | Undefined)
        and output.value
    )


def _outputs(reason: Reason) -> Iterator[str]:
    yield reason.output
    for part in reason.parts:
        yield from _outputs(part)


def _heading(step: StepStory, width: int, style: Style) -> list[str]:
    again = f" (visit {step.visit})" if step.visit > 1 else ""
    first = f"{safe_line(step.heading)}{_GAP}"
    title = safe_line(step.title) + again
    timed = step.seconds is not None and not step.skipped
    took = show_seconds(step.seconds or 0.0) if timed else ""
    room = width - width_of(first) - width_of(title) - width_of(took)
    if took and room >= 2:
        end = " " * room + style.dim(took)
        return [style.bold(first.rstrip()) + _GAP + style.bold(title) + end]
    lines = [style.bold(line) for line in hanging(first, title, width)]
    return [*lines, style.dim(f"  took {took}")] if took else lines


def _key(key: KeyStory, width: int, style: Style) -> list[str]:
    lines: list[str] = []
    attempt = f", attempt {key.attempt}" if key.attempt > 1 else ""
    if key.failure:
        said = f"{key.key} FAILED{attempt} ({how(key.failure)}): {key.failure.message}"
        lines += [style.red(line) for line in hanging("  KEY ", safe_line(said), width)]
    elif key.state is KeyState.NO_END:
        said = f"{key.key}{attempt}: no end is recorded"
        lines += [style.yellow(line) for line in hanging("  KEY ", safe_line(said), width)]
    for warning in key.result.warnings if key.result else ():
        lines += [style.yellow(line) for line in hanging("  note: ", safe_line(warning), width)]
    if weak := _weak_sandbox(key):
        lines += [style.yellow(line) for line in hanging("  note: ", safe_line(weak), width)]
    return lines


def _weak_sandbox(key: KeyStory) -> str:
    """What to know where a notebook was not shut in strictly; the whole of it is in the report."""
    end = key.result or key.failure
    if end is None or end.sandbox is None:
        return ""
    if end.sandbox.level is not SandboxLevel.STRICT:
        return f"{key.key} ran in the weaker sandbox {end.sandbox.level.value}"
    return f"{key.key} ran with network" if end.sandbox.network else ""


def _expectations(
    expectations: tuple[ExpectationStory, ...], width: int, style: Style
) -> list[str]:
    lines: list[str] = []
    for expected in expectations:
        label = safe_line(expected.label or expected.text)
        value = safe_line(expected.found)
        should = f"should be {expected.should}" if expected.should and expected.label else ""
        paint = {Verdict.HOLDS: style.green, Verdict.FAILS: style.red}.get(
            expected.reason.verdict, style.yellow
        )
        line = f"  {label}{_GAP}{value}" + (f"   {should}" if should else "")
        if width_of(line) + 3 + len(expected.word) <= width:
            lines.append(f"{line}   {paint(expected.word)}")
        else:
            said = f"{value}{', ' + should if should else ''}: {expected.word}"
            lines += hanging("  ", label, width)
            lines += [paint(line) for line in hanging("    ", said, width)]
    return lines


def _branches(branches: tuple[BranchStory, ...], width: int, style: Style) -> list[str]:
    rows = [_row(branch) for branch in branches]
    fitting = [row for row in rows if _fits(row, width)]
    columns = [max((width_of(row.cells[c]) for row in fitting), default=0) for c in range(5)]
    first = max((width_of(row.cells[0]) for row in rows), default=0)
    columns[0] = first
    if sum(columns) + _BETWEEN > width:
        fitting = []
    lines: list[str] = []
    for row in rows:
        if row in fitting:
            lines.append(_in_columns(row, columns, style))
        else:
            lines += _stacked(row, first, width, style)
    return lines


_BETWEEN = 2 + 2 + 4 + 3 + 4


def _fits(row: _Row, width: int) -> bool:
    return sum(width_of(cell) for cell in row.cells) + _BETWEEN <= width


def _row(branch: BranchStory) -> _Row:
    target = ", ".join(safe_line(words) for words in branch.leads_to)
    arrow = f"→ {target}" if branch.verdict is Verdict.HOLDS and target else ""
    left_to_person = branch.by_person and branch.verdict is Verdict.UNKNOWN
    reason = "for a person" if left_to_person else safe_line(branch.reason.sentence)
    line = f":{branch.line}" if branch.line else ""
    return _Row(branch.verdict, (branch.word, safe_line(branch.condition), reason, arrow, line))


def _in_columns(row: _Row, columns: list[int], style: Style) -> str:
    word, condition, reason, arrow, line = (
        padded(cell, width) for cell, width in zip(row.cells, columns, strict=True)
    )
    text = f"  {word}  {condition}    {reason}   {arrow}    {style.dim(line)}"
    return painted_word(row.verdict, text, word, style).rstrip()


def _stacked(row: _Row, first: int, width: int, style: Style) -> list[str]:
    word, condition, reason, arrow, line = row.cells
    lead = f"  {padded(word, first)}  "
    lines = hanging(lead, f"{condition} {line}".strip(), width)
    lines[0] = painted_word(row.verdict, lines[0], word, style)
    for text in (reason, arrow):
        if text:
            lines += hanging(" " * len(lead), text, width)
    return lines


def painted_word(verdict: Verdict, line: str, word: str, style: Style) -> str:
    """The line with its first word, which is the verdict, painted."""
    paint = {
        Verdict.HOLDS: style.bold,
        Verdict.FAILS: style.dim,
        Verdict.UNKNOWN: style.yellow,
    }[verdict]
    return line.replace(word, paint(word), 1)


def worth_telling(asked: QuestionStory) -> bool:
    """Whether an answer says more than the rest of its step does."""
    if asked.answer is None:
        return False
    silence = asked.answer.source is AnswerSource.NOBODY
    return not (silence and asked.question.kind in _SAID_OTHERWISE)


def _question(step: StepStory, asked: QuestionStory, width: int, style: Style) -> list[str]:
    text = safe_line(asked.question.text)
    if asked.answer is None:
        return [style.yellow(line) for line in hanging("  waits for an answer: ", text, width)]
    if asked.answer.source is not AnswerSource.NOBODY:
        return hanging("  answered: ", answer_words(asked), width)
    if step.skipped or not worth_telling(asked):
        return []
    return hanging("  nobody answered: ", text, width)


def answer_words(asked: QuestionStory) -> str:
    """An answer in one line: what was chosen, by whom, in which way, and why."""
    if asked.answer is None:
        return "no answer is recorded"
    if asked.answer.source is AnswerSource.NOBODY:
        return "nobody was there to answer"
    chosen = "; ".join(asked.chosen) or "none"
    by = asked.answer.by or "the operator"
    words = f"{chosen} ({by}, {asked.answer.source.value})"
    return safe_line(words + (f": {asked.answer.reason}" if asked.answer.reason else ""))
