"""Rehearsals as text and as JSON: the cases, the first difference, the branches left untested."""

from collections.abc import Iterator
from typing import Any

from runner.model.rehearsals import BranchCoverage, CaseResult, Coverage, Difference, Rehearsed
from runner.model.safe_text import safe_line
from runner.report.layout import hanging
from runner.report.style import PLAIN, Style

FORMAT = 1
_LABELS = {"held": "never held", "failed": "never failed"}


def rehearsals_text(rehearsed: tuple[Rehearsed, ...], width: int = 80, style: Style = PLAIN) -> str:
    """Every runbook with its cases and its coverage."""
    lines = [line for one in rehearsed for line in _runbook(one, width, style)]
    return "\n".join(lines).rstrip() + "\n"


def rehearsals_json(rehearsed: tuple[Rehearsed, ...]) -> dict[str, Any]:
    """The same as plain data; `passed` says that no case failed."""
    return {
        "format": FORMAT,
        "passed": not any(one.failed for one in rehearsed),
        "runbooks": [_runbook_json(one) for one in rehearsed],
    }


def _runbook(one: Rehearsed, width: int, style: Style) -> Iterator[str]:
    yield from hanging("", style.bold(safe_line(f"{one.runbook}  {one.file}")), width)
    for result in one.results:
        yield from _case(result, width, style)
    passed = len(one.results) - len(one.failed)
    yield f"  {passed} of {len(one.results)} cases passed"
    yield from _coverage(one.coverage, width, style)
    yield ""


def _case(result: CaseResult, width: int, style: Style) -> Iterator[str]:
    if result.difference is None:
        yield from hanging("  passed  ", safe_line(result.name), width)
        return
    named = f"{safe_line(result.name)}  :{result.line}"
    first, *rest = hanging("  FAILED  ", named, width)
    yield style.red(first)
    yield from rest
    yield from _difference(result.difference, width)


def _difference(difference: Difference, width: int) -> Iterator[str]:
    yield from hanging("    ", safe_line(difference.field), width)
    for label, texts in (("wanted", difference.wanted), ("got", difference.got)):
        said = " · ".join(safe_line(text) for text in texts) or "nothing"
        yield from hanging(f"      {label:7} ", said, width)
    for at, reason in enumerate(difference.reasons):
        yield from hanging(f"      {'' if at else 'because':7} ", safe_line(reason), width)


def _coverage(coverage: Coverage, width: int, style: Style) -> Iterator[str]:
    reached = f"{coverage.reached} of {coverage.total} branch verdicts reached"
    yield f"  {reached} ({coverage.percent:.0f} %)"
    if coverage.untested:
        yield style.yellow("  untested")
    for branch in coverage.untested:
        yield from _branch(branch, ", ".join(_LABELS[m] for m in branch.missing), width)
    if coverage.undecidable:
        yield "  left to people: no output and no question decides it"
    for branch in coverage.undecidable:
        yield from _branch(branch, "", width)


def _branch(branch: BranchCoverage, what: str, width: int) -> Iterator[str]:
    said = f"{branch.place}: {branch.text}{f'  {what}' if what else ''}  :{branch.line}"
    yield from hanging("    ", safe_line(said), width)


def _runbook_json(one: Rehearsed) -> dict[str, Any]:
    coverage = one.coverage
    return {
        "runbook": one.runbook,
        "runbook_file": one.runbook_file,
        "file": one.file,
        "cases": [_case_json(result) for result in one.results],
        "coverage": {
            "percent": round(coverage.percent, 2),
            "reached": coverage.reached,
            "total": coverage.total,
            "branches": [_branch_json(branch) for branch in coverage.branches],
            "untested": [
                {"place": b.place, "text": b.text, "line": b.line, "missing": list(b.missing)}
                for b in coverage.untested
            ],
        },
    }


def _case_json(result: CaseResult) -> dict[str, Any]:
    difference = result.difference
    return {
        "name": result.name,
        "line": result.line,
        "passed": difference is None,
        "outcome": result.outcome,
        "path": list(result.path),
        "difference": difference
        and {
            "field": difference.field,
            "wanted": list(difference.wanted),
            "got": list(difference.got),
            "reasons": list(difference.reasons),
        },
    }


def _branch_json(branch: BranchCoverage) -> dict[str, Any]:
    return {
        "place": branch.place,
        "ordinal": branch.ordinal,
        "text": branch.text,
        "line": branch.line,
        "held_in": list(branch.held),
        "failed_in": list(branch.failed),
        "unknown_in": list(branch.unknown),
        "decidable": branch.decidable,
    }
