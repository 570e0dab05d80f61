"""All rules on one runbook."""

from collections.abc import Callable, Iterator

from runner.checks import (
    actions,
    advice,
    boundaries,
    branching,
    conditions,
    data,
    flow,
    keys,
    overlaps,
    steps,
    structure,
    targets,
    unwritten,
)
from runner.checks.rules import find_rule
from runner.checks.subject import Finding, KnownNames, Subject
from runner.document.parse import ParsedRunbook
from runner.interpreter.program import Program
from runner.model.diagnostics import Diagnostic, Severity

CHECKS: tuple[tuple[str, Callable[[Subject], Iterator[Finding]]], ...] = (
    ("RB002", structure.missing_sections),
    ("RB003", structure.no_steps),
    ("RB004", steps.duplicate_steps),
    ("RB005", steps.duplicate_actions),
    ("RB006", steps.number_gaps),
    ("RB101", conditions.no_consequence),
    ("RB102", conditions.unreadable),
    ("RB103", conditions.other_dimension),
    ("RB104", conditions.for_a_person),
    ("RB105", conditions.ambiguous_output),
    ("RB106", conditions.no_presence),
    ("RB107", conditions.unknown_state),
    ("RB108", conditions.no_number),
    ("RB109", branching.duplicate_conditions),
    ("RB110", branching.otherwise_not_last),
    ("RB111", boundaries.boundary_gaps),
    ("RB112", conditions.unmeasured_expectation),
    ("RB113", boundaries.range_gaps),
    ("RB114", overlaps.overlapping_branches),
    ("RB115", overlaps.shadowed_branches),
    ("RB116", overlaps.constant_conditions),
    ("RB117", unwritten.unwritten_negatives),
    ("RB118", overlaps.jumps_that_meet),
    ("RB201", targets.dangling_steps),
    ("RB202", targets.dangling_actions),
    ("RB203", targets.unknown_runbooks),
    ("RB204", flow.unreachable_steps),
    ("RB205", flow.endless_loops),
    ("RB206", targets.conditional_consequences),
    ("RB207", targets.dangling_sections),
    ("RB208", steps.when_names_no_step),
    ("RB209", flow.dead_ends),
    ("RB210", advice.targets_in_advice),
    ("RB301", keys.unknown_keys),
    ("RB302", keys.malformed_keys),
    ("RB303", keys.call_without_input),
    ("RB304", keys.call_without_output),
    ("RB305", keys.call_without_questions),
    ("RB306", data.embedded_analysis),
    ("RB307", keys.call_without_when),
    ("RB308", data.missing_evidence),
    ("RB309", keys.location_disagrees),
    ("RB310", data.unpublished_inputs),
    ("RB401", actions.no_precondition),
    ("RB402", actions.no_rollback),
    ("RB403", actions.no_verification),
    ("RB404", actions.no_warning),
    ("RB405", actions.reversibility_unstated),
)


def check_runbook(
    parsed: ParsedRunbook, program: Program, known: KnownNames
) -> tuple[Diagnostic, ...]:
    """Everything that can be said against a runbook, what parsing said included, by place.

    `program` is the same runbook bound to the contracts of the installed KEYs that it calls.
    """
    subject = Subject(parsed, program, known)
    found = dict.fromkeys(parsed.document.diagnostics)
    for code, check in CHECKS:
        severity = _severity(code)
        for finding in check(subject):
            found[Diagnostic(code, severity, finding.message, finding.span, finding.hint)] = None
    return tuple(sorted(found, key=_place))


def _severity(code: str) -> Severity:
    rule = find_rule(code)
    return rule.severity if rule else Severity.ERROR


def _place(diagnostic: Diagnostic) -> tuple[int, int, str]:
    return diagnostic.span.start, diagnostic.span.end, diagnostic.code
