"""What a run would do: every step, KEY, binding and branch, without doing any of it."""

from collections.abc import Iterator
from textwrap import wrap
from typing import Any

from runner.conditions.binding import Bound, PersonBecause, bound_outputs, person_parts
from runner.interpreter.program import Program
from runner.model.runbook import Branch, Step
from runner.model.safe_text import safe_line

_INDENT = "    "


def plan_text(program: Program, width: int = 80) -> str:
    """The plan as text of at most `width` columns."""
    lines = [f"{safe_line(program.runbook.title)}  ({safe_line(program.runbook.slug)})", ""]
    for place in _places(program):
        lines += _step_lines(program, place, width)
    if program.runbook.actions:
        lines.append("Actions (a person carries them out)")
        for action in program.runbook.actions:
            kind = action.reversibility.value
            lines.append(f"  {action.number}  {safe_line(action.title)}  ({kind})")
        lines.append("")
    lines += _standing_lines(program, width)
    return "\n".join(lines).rstrip() + "\n"


def plan_json(program: Program) -> dict[str, Any]:
    """The plan as plain data: `steps`, `actions`, `standing_conditions`."""
    return {
        "runbook": program.runbook.slug,
        "title": program.runbook.title,
        "digest": program.runbook.source.digest,
        "steps": [_step_json(program, place) for place in _places(program)],
        "actions": [
            {"number": a.number, "title": a.title, "reversibility": a.reversibility.value}
            for a in program.runbook.actions
        ],
        "standing_conditions": [
            {"kind": s.kind.value, "condition": s.text, "decided_by": _decider(bound)}
            for s, bound in zip(program.runbook.standing, program.standing, strict=True)
        ],
    }


def _places(program: Program) -> Iterator[Step]:
    order = program.order
    start = order.index(program.start) if program.start else 0
    end = order.index(program.last) + 1 if program.last else len(order)
    for step in order[start:end]:
        yield program.step[step]


def _step_lines(program: Program, step: Step, width: int) -> Iterator[str]:
    kind = "Safety check" if step.id.kind.value == "safety" else "Step"
    gate = "  [gate]" if program.is_gate(step.id) else ""
    yield f"{kind} {step.id.number}  {safe_line(step.title)}{gate}"
    for call in step.invocations:
        installed = call.key in program.by_key
        note = "" if installed else "  not installed: a person's step"
        yield f"  KEY {safe_line(call.key.text)}{note}"
        if installed:
            for declared in program.by_key[call.key].inputs:
                need = "" if declared.required else " (optional)"
                yield f"    input {declared.name}: {safe_line(declared.label)}{need}"
    if not step.invocations:
        yield "  done by a person"
    for expectation in step.expectations:
        yield f"  expects  {safe_line(expectation.text)}"
    for branch, bound in zip(step.branches, program.branches[step.id], strict=True):
        yield from _branch_lines(program, branch, bound, width)
    yield ""


def _branch_lines(program: Program, branch: Branch, bound: Bound, width: int) -> Iterator[str]:
    line = program.runbook.source.position(branch.span.start).line
    word = "" if branch.text.casefold() in ("otherwise", "else") else "If "
    yield from _wrapped(f"  {word}{safe_line(branch.text)}", width, f"  :{line}")
    leads_to = "; ".join(safe_line(c.text) for c in branch.consequences) or "nothing"
    yield from _wrapped(f"{_INDENT}→ {leads_to}", width)
    yield from _wrapped(f"{_INDENT}decided by {_decider(bound)}", width)


def _standing_lines(program: Program, width: int) -> Iterator[str]:
    if program.runbook.standing:
        yield "All along"
    for standing, bound in zip(program.runbook.standing, program.standing, strict=True):
        text = f"  {standing.kind.value} if {safe_line(standing.text)}"
        yield from _wrapped(f"{text}: decided by {_decider(bound)}", width)


def _decider(bound: Bound) -> str:
    """Who or what gives the verdict of a condition."""
    outputs = [f"{ref.spec.name} ({ref.key.text})" for ref in bound_outputs(bound)]
    people = person_parts(bound)
    if people and any(part.because is PersonBecause.AMBIGUOUS for part in people):
        outputs.append("a person (ambiguous)")
    elif people:
        outputs.append("a person")
    return ", ".join(dict.fromkeys(outputs)) or "the branches before it"


def _step_json(program: Program, step: Step) -> dict[str, Any]:
    return {
        "id": str(step.id),
        "title": step.title,
        "gate": program.is_gate(step.id),
        "keys": [
            {"key": call.key.text, "installed": call.key in program.by_key}
            for call in step.invocations
        ],
        "expectations": [e.text for e in step.expectations],
        "branches": [
            {
                "condition": branch.text,
                "line": program.runbook.source.position(branch.span.start).line,
                "decided_by": _decider(bound),
                "leads_to": [c.text for c in branch.consequences],
            }
            for branch, bound in zip(step.branches, program.branches[step.id], strict=True)
        ],
    }


def _wrapped(text: str, width: int, tail: str = "") -> Iterator[str]:
    """The text wrapped below its own indentation; `tail` stands at the right of its first line."""
    indent = " " * (len(text) - len(text.lstrip()))
    room = max(width - len(tail), 20)
    lines = wrap(text, room, subsequent_indent=indent + "  ", break_on_hyphens=False) or [""]
    yield lines[0].ljust(room) + tail if tail else lines[0]
    yield from lines[1:]
