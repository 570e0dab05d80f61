"""A verification in words: what came of each check, and of all of them."""

from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.interpreter.verification import CheckResult, CheckVerdict, check_results
from runner.report.names import place_name

_WORDS = {
    CheckVerdict.TRUE: "true",
    CheckVerdict.BROKEN: "BROKEN",
    CheckVerdict.FAILED: "KEY FAILED",
    CheckVerdict.OPEN: "not shown by machine",
}


def check_lines(checks: tuple[CheckResult, ...]) -> tuple[str, ...]:
    """A line for each check: its verdict, its name, its reasons."""
    return tuple(
        f"{_WORDS[one.verdict]}: {check_name(one)} ({'; '.join(one.reasons)})" for one in checks
    )


def check_name(check: CheckResult) -> str:
    """A check by its number and title."""
    return f"{place_name(check.check)}, {check.title}"


def verification_sentences(program: Program, state: RunState) -> tuple[str, str]:
    """How a verification ended, in one sentence, and what to do next, in another."""
    results = check_results(program, state)
    slug = state.started.runbook_slug if state.started else ""
    true = sum(one.verdict is CheckVerdict.TRUE for one in results)
    count = f"{true} of {len(results)} checks {'is' if true == 1 else 'are'} true."
    for verdict, said, following in (
        (CheckVerdict.BROKEN, "is broken", f"Diagnose: runbook run {slug}"),
        (
            CheckVerdict.FAILED,
            "gave no answer, its KEY failed",
            "Mend the cause, then verify again.",
        ),
        (CheckVerdict.OPEN, "is not shown by machine", "A person must look at it."),
    ):
        found = [one for one in results if one.verdict is verdict]
        if found:
            return f"{check_name(found[0])}, {said}: {found[0].reasons[0]}. {count}", following
    if state.deadline or state.standing or (state.finished and state.finished.handed_over_to):
        return "Every selected check is true, but something stands beside them.", "Look at it."
    return "Every selected check is true.", "Nothing is called for."
