"""A runbook with one condition in other words: `step 3: Success Rate < 90%`."""

from collections.abc import Iterator

from runner.conditions.grammar import parse_condition
from runner.conditions.names import plain_phrase
from runner.errors import UsageError
from runner.model.conditions import AllOf, AnyOf, Comparison, Condition, Not, Phrase, Relative
from runner.model.frozen import frozen
from runner.model.runbook import Runbook, Step
from runner.model.source import SourceText, Span
from runner.runs.loading import place_named

_FORM = (
    "--edit 'step 3: Success Rate < 90%' or --edit 'step 3: Timeout Errors => more than 5 timeouts'"
)

_Leaf = Comparison | Relative | Phrase


@frozen
class _Edit:
    step: Step
    old: str
    new: str


def edited(runbook: Runbook, edit: str) -> SourceText:
    """The text of `runbook` with one condition of one step replaced, and nothing else.

    Without `OLD =>` the condition about the same subject is the one that is replaced. Raises
    UsageError, listing the step's conditions, where the edit names none or several, and NotFound
    for a step that the runbook does not have.
    """
    wanted = _read(runbook, edit)
    found = list(dict.fromkeys(_places(wanted, runbook.source)))
    if len(found) != 1:
        raise _refused(wanted, runbook.source, len(found))
    (span,) = found
    text = runbook.source.text
    return SourceText(runbook.source.path, text[: span.start] + wanted.new + text[span.end :])


def _read(runbook: Runbook, edit: str) -> _Edit:
    place, colon, condition = edit.partition(":")
    old, arrow, new = condition.partition("=>")
    if not colon or not condition.strip() or (arrow and not (old.strip() and new.strip())):
        raise UsageError(f"{edit!r} is no edit", "nothing was decided", _FORM)
    step_id = place_named(runbook, place)
    step = next((one for one in runbook.places if one.id == step_id), None)
    if step is None:
        raise UsageError(f"{edit!r} names no step", "nothing was decided", _FORM)
    return _Edit(step, old.strip() if arrow else "", (new if arrow else old).strip())


def _places(edit: _Edit, source: SourceText) -> Iterator[Span]:
    subject = _subject(parse_condition(edit.new))
    for leaf in _leaves(edit.step):
        words = source.text[leaf.span.start : leaf.span.end]
        if edit.old:
            if plain_phrase(words) == plain_phrase(edit.old):
                yield leaf.span
        elif subject and _subject(leaf) == subject:
            yield leaf.span


def _leaves(step: Step) -> Iterator[_Leaf]:
    for branch in step.branches:
        yield from _parts(branch.condition)


def _parts(condition: Condition) -> Iterator[_Leaf]:
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from _parts(part)
        case Not(part=part):
            yield from _parts(part)
        case Comparison() | Relative() | Phrase():
            yield condition
        case _:
            return


def _subject(condition: Condition) -> str:
    match condition:
        case Comparison(subject=subject) | Relative(subject=subject):
            return plain_phrase(subject)
        case Phrase(text=text):
            return plain_phrase(text)
        case _:
            return ""


def _refused(edit: _Edit, source: SourceText, found: int) -> UsageError:
    spans = (leaf.span for leaf in _leaves(edit.step))
    known = "; ".join(dict.fromkeys(source.text[span.start : span.end] for span in spans))
    what = "no condition" if not found else f"{found} conditions"
    named = edit.old or edit.new
    return UsageError(
        f"{edit.step.id} has {what} about {named!r}",
        "nothing was decided",
        f"its conditions: {known}" if known else "it has no conditions",
    )
