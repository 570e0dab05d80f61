"""The plan of a run as plain data, for other programs."""

from typing import Any

from runner.interpreter.foresight import foreseen, runs_ahead, why_a_persons
from runner.interpreter.program import Program
from runner.interpreter.prospects import prospects
from runner.interpreter.ways import Way, unreachable, walk, ways
from runner.model.identity import StepId
from runner.model.runs import MoveKind
from runner.report.json_parts import settings_json
from runner.report.names import follow_up_command
from runner.report.plan import Plan, decider, next_command


def plan_json(plan: Plan) -> dict[str, Any]:
    """The plan: `inputs`, `steps`, `ways`, `questions`, `outcomes` and what goes with them.

    Every DestinationChosen of a later run is one of the `ways`, by `from` and `to`.
    """
    program = plan.program
    return {
        "runbook": program.runbook.slug,
        "title": program.runbook.title,
        "digest": program.runbook.source.digest,
        "inputs": _inputs(plan),
        "missing_inputs": list(plan.missing),
        "steps": [_step(plan, step) for step in walk(program)],
        "ways": [_way(way, program) for way in ways(program)],
        "unreachable": [str(step) for step in unreachable(program)],
        "actions": [
            {"number": a.number, "title": a.title, "reversibility": a.reversibility.value}
            for a in program.runbook.actions
        ],
        "standing_conditions": [
            {"kind": s.kind.value, "condition": s.text, "decided_by": decider(bound)}
            for s, bound in zip(program.runbook.standing, program.standing, strict=True)
        ],
        "follow_ups": [
            {
                "key": call.key.text,
                "inputs": [spec.text for spec in call.inputs],
                "command": follow_up_command(call),
            }
            for call in program.runbook.follow_ups
        ],
        "questions": _questions(plan),
        "outcomes": [
            {
                "outcome": prospect.outcome.value,
                "exit_code": int(prospect.exit_code),
                "because": list(prospect.because),
            }
            for prospect in prospects(program, plan.assumed)
        ],
        "settings": settings_json(plan.settings),
        "next": next_command(plan),
    }


def _inputs(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "name": needed.name,
            "label": needed.label,
            "key": needed.call.key.text,
            "step": str(needed.step),
            "source": needed.source.value,
            "made_by": str(needed.made_by) if needed.made_by else None,
        }
        for needed in plan.inputs
    ]


def _step(plan: Plan, step: StepId) -> dict[str, Any]:
    program = plan.program
    place = program.step[step]
    ahead = {(at, call.ordinal): after for at, call, after in runs_ahead(program)}
    return {
        "id": str(step),
        "title": place.title,
        "gate": program.is_gate(step),
        "by_person": why_a_persons(program, step, plan.assumed) is not None,
        "why_by_person": why_a_persons(program, step, plan.assumed) or "",
        "keys": [
            {
                "key": call.key.text,
                "installed": call.key in program.by_key,
                "usual_seconds": plan.usual(call.key),
                "may_run_ahead": (step, call.ordinal) in ahead,
                "ahead_after": sorted(str(s) for s in ahead.get((step, call.ordinal), ())),
            }
            for call in place.invocations
        ],
        "expectations": [e.text for e in place.expectations],
        "branches": [
            {
                "condition": branch.text,
                "line": program.runbook.source.position(branch.span.start).line,
                "decided_by": decider(bound),
                "leads_to": [c.text for c in branch.consequences],
            }
            for branch, bound in zip(place.branches, program.branches[step], strict=True)
        ],
    }


def _way(way: Way, program: Program) -> dict[str, Any]:
    branch = program.step[way.step].branches[way.branch - 1] if way.branch else None
    to = MoveKind.TO_STEP if way.move.step else way.move.kind
    return {
        "from": str(way.step),
        "to": str(way.move.step) if to is MoveKind.TO_STEP else to.value,
        "because": way.kind.value,
        "branch": branch.ordinal if branch else None,
        "condition": branch.text if branch else None,
    }


def _questions(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "place": one.place,
            "kind": one.question.kind.value,
            "when": one.when.value,
            "text": one.question.text,
            "options": [
                {"key": option.key, "text": option.text, "leads_to": option.leads_to}
                for option in one.question.options
            ],
        }
        for one in foreseen(plan.program, plan.assumed)
    ]
