"""What a run would do: every step, KEY, binding, branch, input and question, without doing it."""

import shlex
from collections.abc import Iterable, Iterator
from itertools import groupby
from textwrap import wrap

from runner.conditions.binding import Bound, PersonBecause, bound_outputs, person_parts
from runner.interpreter.foresight import (
    AskedWhen,
    Foreseen,
    NeededInput,
    Source,
    foreseen,
    needed_inputs,
    runs_ahead,
    why_a_persons,
)
from runner.interpreter.program import Program
from runner.interpreter.prospects import prospects
from runner.interpreter.ways import unreachable, walk
from runner.model.frozen import frozen
from runner.model.identity import KeyName, StepId
from runner.model.interruptions import Setting
from runner.model.runbook import Branch, Step
from runner.model.runs import Outcome
from runner.model.safe_text import safe_line
from runner.report.measures import show_seconds
from runner.report.names import follow_ups_of

_INDENT = "    "


@frozen
class Plan:
    """A program and the inputs that it would be run with, by name.

    Without any input the plan is that of a run which has them all; they still count as missing.
    `settings` are the bounds of that run that were not left as they are; `usual_seconds` what KEYs
    took in earlier runs, by their names; `typed` the words of the command line that a run needs.
    """

    program: Program
    given: frozenset[str] = frozenset()
    settings: tuple[Setting, ...] = ()
    usual_seconds: tuple[tuple[str, float], ...] = ()
    typed: tuple[str, ...] = ()

    @property
    def assumed(self) -> frozenset[str]:
        """The inputs that the plan reckons with."""
        names = {needed.name for needed in needed_inputs(self.program, frozenset())}
        return self.given or frozenset(names)

    def usual(self, key: KeyName) -> float | None:
        """The seconds that a KEY usually took; None where no run is known."""
        return dict(self.usual_seconds).get(key.text)

    @property
    def inputs(self) -> tuple[NeededInput, ...]:
        """Every input once, as it stands."""
        found = needed_inputs(self.program, self.given)
        return tuple({needed.name: needed for needed in reversed(found)}.values())[::-1]

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the inputs that a run needs and does not have."""
        return tuple(i.name for i in self.inputs if i.source is Source.MISSING)


def plan_text(plan: Plan, width: int = 80) -> str:
    """The plan as text of at most `width` columns."""
    program = plan.program
    title = f"{safe_line(program.runbook.title)}  ({safe_line(program.runbook.slug)})"
    lines = [*_wrapped(title, width), ""]
    lines += _chapter("Inputs", _input_lines(plan), width)
    ahead = {(step, call.ordinal): after for step, call, after in runs_ahead(program)}
    lost = unreachable(program)
    for step in walk(program):
        lines += _step_lines(plan, program.step[step], ahead, width)
        if step in lost:
            lines.insert(len(lines) - 1, "  unreachable: no way leads here")
    actions = (
        f"{a.number}  {safe_line(a.title)}  ({a.reversibility.value})"
        for a in program.runbook.actions
    )
    lines += _chapter("Actions (a person carries them out)", actions, width)
    lines += _chapter("All along", _standing_lines(program), width)
    lines += _chapter("Afterwards, by hand", map(safe_line, follow_ups_of(program)), width)
    lines += _chapter("A person is asked", _question_lines(plan), width)
    lines += _chapter("How it may end", _outcome_lines(plan), width)
    lines += _chapter("Settings", _setting_lines(plan), width)
    return "\n".join(lines).rstrip() + "\n"


def decider(bound: Bound) -> str:
    """Who or what gives the verdict of a condition."""
    outputs = [f"{ref.spec.name} ({ref.key.text})" for ref in bound_outputs(bound)]
    people = person_parts(bound)
    if people and any(part.because is PersonBecause.AMBIGUOUS for part in people):
        outputs.append("a person (ambiguous)")
    elif people:
        outputs.append("a person")
    return ", ".join(dict.fromkeys(outputs)) or "the branches before it"


def next_command(plan: Plan) -> str:
    """The command that runs what was planned, with a place for each input that is missing."""
    slug = safe_line(plan.program.runbook.slug)
    typed = (safe_line(shlex.quote(word)) for word in plan.typed)
    return " ".join(["runbook run", slug, *typed, *(f"-i {name}=FILE" for name in plan.missing)])


def _chapter(title: str, texts: Iterable[str], width: int) -> Iterator[str]:
    lines = [line for text in texts for line in _wrapped(f"  {text}", width)]
    if lines:
        yield from (title, *lines, "")


def _setting_lines(plan: Plan) -> Iterator[str]:
    for setting in plan.settings:
        yield f"{setting.name} = {setting.value}  ({safe_line(setting.source)})"


def _input_lines(plan: Plan) -> Iterator[str]:
    for needed in plan.inputs:
        where = f" ({needed.made_by})" if needed.made_by else ""
        label = safe_line(needed.label)
        yield f"{needed.name}: {label}, for {needed.step}: {needed.source.value}{where}"


def _step_lines(
    plan: Plan, step: Step, ahead: dict[tuple[StepId, int], frozenset[StepId]], width: int
) -> Iterator[str]:
    program = plan.program
    kind = "Safety check" if step.id.kind.value == "safety" else "Step"
    gate = "  [gate]" if program.is_gate(step.id) else ""
    yield from _wrapped(f"{kind} {step.id.number}  {safe_line(step.title)}{gate}", width)
    for call in step.invocations:
        note = "" if call.key in program.by_key else "  not installed"
        if (usual := plan.usual(call.key)) is not None:
            note += f"  usually {show_seconds(usual)}"
        yield from _wrapped(f"  KEY {safe_line(call.key.text)}{note}", width)
        if (step.id, call.ordinal) in ahead:
            names = ", ".join(str(one) for one in sorted(ahead[step.id, call.ordinal], key=str))
            since = f"once {names} is left" if names else "from the beginning on"
            yield f"{_INDENT}may run ahead, {since}"
    why = why_a_persons(program, step.id, plan.assumed)
    if why is not None:
        yield from _wrapped(f"  done by a person{f': {why}' if why else ''}", width)
    for expectation in step.expectations:
        yield from _wrapped(f"  expects  {safe_line(expectation.text)}", width)
    for branch, bound in zip(step.branches, program.branches[step.id], strict=True):
        yield from _branch_lines(program, branch, bound, width)
    yield ""


def _branch_lines(program: Program, branch: Branch, bound: Bound, width: int) -> Iterator[str]:
    line = program.runbook.source.position(branch.span.start).line
    word = "" if branch.text.casefold() in ("otherwise", "else") else "If "
    yield from _wrapped(f"  {word}{safe_line(branch.text)}", width, f"  :{line}")
    leads_to = "; ".join(safe_line(c.text) for c in branch.consequences) or "nothing"
    yield from _wrapped(f"{_INDENT}→ {leads_to}", width)
    yield from _wrapped(f"{_INDENT}decided by {decider(bound)}", width)


def _standing_lines(program: Program) -> Iterator[str]:
    for standing, bound in zip(program.runbook.standing, program.standing, strict=True):
        text = f"{standing.kind.value} if {safe_line(standing.text)}"
        yield f"{text}: decided by {decider(bound)}"


def _question_lines(plan: Plan) -> Iterator[str]:
    """A line for each moment at which something is asked, with the places of the questions."""

    def when(one: Foreseen) -> str:
        return one.when.value

    asked = foreseen(plan.program, plan.assumed)
    order = [moment.value for moment in AskedWhen]
    for words, group in groupby(sorted(asked, key=lambda one: order.index(when(one))), when):
        places = dict.fromkeys(one.place for one in group)
        yield f"{words}: {', '.join(places)}"


def _outcome_lines(plan: Plan) -> Iterator[str]:
    for prospect in prospects(plan.program, plan.assumed):
        yield f"{prospect.outcome.value.replace('_', ' ')} (exit {int(prospect.exit_code)})"
        for why in prospect.because:
            yield f"  {safe_line(why)}"
    reached = {prospect.outcome for prospect in prospects(plan.program, plan.assumed)}
    if Outcome.HEALTHY not in reached:
        yield "never healthy: no KEY runs"


def _wrapped(text: str, width: int, tail: str = "") -> Iterator[str]:
    """The text wrapped below its own indentation; `tail` stands at the right of its first line."""
    indent = " " * (len(text) - len(text.lstrip()))
    room = max(width - len(tail), 20)
    lines = wrap(text, room, subsequent_indent=indent + "  ", break_on_hyphens=False) or [""]
    yield lines[0].ljust(room) + tail if tail else lines[0]
    yield from lines[1:]
