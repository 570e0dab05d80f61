"""Counter-examples are true: what lint says of a value is what a run decides with it."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.checks.boundaries import _all_gaps
from runner.checks.overlaps import _meetings
from runner.checks.rule import Setting
from runner.checks.subject import Subject
from runner.checks.worlds import Found, World, verdict
from runner.conditions.binding import Bound
from runner.conditions.evaluation import Missing, evaluate
from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.model.conditions import Verdict
from runner.model.identity import KeyName
from runner.model.source import SourceText
from runner.model.values import Value
from tests.checks.runbooks import CONTRACTS, KNOWN, in_setting

NUMBERS = st.integers(0, 12)
COUNTS = st.sampled_from(["timeouts", "Signature Errors"])
ONE = st.one_of(
    st.builds("{} {} {}".format, COUNTS, st.sampled_from(["<", "<=", ">", ">=", "="]), NUMBERS),
    st.builds("{} between {} and {}".format, COUNTS, NUMBERS, NUMBERS),
    st.builds("Success Rate {} {}%".format, st.sampled_from(["<", "<=", ">", ">="]), NUMBERS),
    st.builds("p95 latency {} {} s".format, st.sampled_from(["<", ">="]), NUMBERS),
    st.sampled_from(["Signature Errors", "no timeouts", "Impact is high", "Impact is not low"]),
)
CONDITION = st.one_of(
    ONE, st.builds("{} and {}".format, ONE, ONE), st.builds("{} or {}".format, ONE, ONE)
)
TARGET = st.sampled_from(["Continue to Step 2", "Continue to Step 3", "STOP", "See Action 1"])
BRANCHES = st.lists(st.builds("- **If {}**: {}\n".format, CONDITION, TARGET), max_size=6)


def subject_of(branches: list[str]) -> Subject:
    text = in_setting("".join(branches), Setting.KEY_STEP)
    parsed = parse_runbook(SourceText("runbooks/webhooks.md", text))
    return Subject(parsed, Program(parsed.runbook, CONTRACTS), KNOWN)


def decided(bound: Bound, world: World) -> Verdict:
    """What a run decides where the KEY found the values of a world, and nothing else."""
    values: dict[tuple[str, str], Found] = {
        (ref.key.text, ref.spec.name): value for ref, value in world.items()
    }

    def read(key: KeyName, name: str) -> Value | Missing:
        return values.get((key.text, name), Missing("not found"))

    return evaluate(bound, read).verdict


@given(BRANCHES)
@settings(max_examples=150, deadline=None)
def test_in_a_gap_no_branch_holds_and_beside_it_some_do(branches: list[str]) -> None:
    for gap in _all_gaps(subject_of(branches)):
        for number in gap.numbers:
            verdicts = {decided(bound, {gap.output: number}) for bound in gap.judged}
            assert verdicts == {Verdict.FAILS}


@given(BRANCHES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_two_branches_that_meet_both_hold_there(branches: list[str], alone: bool) -> None:
    for meeting in _meetings(subject_of(branches), of_one_output=alone):
        assert {decided(bound, meeting.world) for bound in meeting.bounds} == {Verdict.HOLDS}


@given(BRANCHES, NUMBERS, NUMBERS)
@settings(max_examples=150, deadline=None)
def test_a_world_says_what_a_run_decides(branches: list[str], low: int, high: int) -> None:
    subject = subject_of(branches)
    step = subject.runbook.steps[0]
    for bound in subject.program.branches[step.id]:
        outputs = subject.program.vocabulary(step).outputs
        named = {ref.spec.name: ref for ref in outputs}
        world: World = {
            named["timeout_errors"]: Decimal(low),
            named["signature_errors"]: Decimal(high),
            named["delivery_success_rate"]: Decimal(low) / 100,
            named["latency_p95"]: Decimal(high),
            named["impact"]: "low",
        }
        assert verdict(bound, world) is decided(bound, world)
