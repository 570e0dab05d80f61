"""Branches: where one begins, what its condition is, and what its consequences are."""

import pytest

from runner.model.conditions import AllOf, Comparison, Not, Otherwise, Unreadable
from runner.model.runbook import (
    Advice,
    Consequence,
    Escalate,
    GoOn,
    GoToSection,
    GoToStep,
    HandOver,
    Rerun,
    SeeAction,
    Stop,
)
from tests.document.reading import branches, parse, step


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("Continue to Step 4 (check application logs)", [GoToStep]),
        ("skip to step 4", [GoToStep]),
        ("→ Step 4", [GoToStep]),
        ("See Action 1 (update webhook secret)", [SeeAction]),
        ("Action 1", [SeeAction]),
        ("see Actions 1 and 2", [SeeAction, SeeAction]),
        ("see Action 1 (restart), then return to step 1", [SeeAction, GoToStep]),
        ("See Action 2 (replace by hand) and escalate", [SeeAction, Escalate]),
        ("See Action 3 (quarantine); tell the checkout team", [SeeAction, Advice]),
        ("join that channel, escalate to the incident lead", [Advice, Escalate]),
        ("continue", [GoOn]),
        ("continue to the next step", [GoOn]),
        ("continue with diagnosis", [GoToSection]),
        ("Continue to Action Steps", [GoToSection]),
        ("**STOP HERE** - Issue resolved", [Stop]),
        ("STOP - nothing to do", [Stop, Advice]),
        ("stop the consumers", [Advice]),
        ("Use Broker Outage Runbook", [HandOver]),
        ("Check deployment (use: Deployment Failure Runbook)", [Advice, HandOver]),
        ("rerun Step 2", [Rerun]),
        ("run the KEY again", [Rerun]),
        ("continue to Step 3 once they agree", [Advice]),
        ("check the logs to see if it answers", [Advice]),
        ("Continue to Step 4 (ask if in doubt)", [GoToStep]),
        ("restart it", [Advice]),
    ],
)
def test_a_consequence_is_what_it_says(line: str, kinds: list[type[Consequence]]) -> None:
    (branch,) = step(f"- **If Errors**: {line}").branches
    assert [type(c) for c in branch.consequences] == kinds


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "- If risk is medium, ask the owner; continue to Step 3 if they agree",
            [("risk is medium", ["Advice"]), ("risk is medium and they agree", ["GoToStep"])],
        ),
        (
            "- **If Errors**: Check it; if failures exist, continue to Step 2 and escalate",
            [("Errors", ["Advice"]), ("Errors and failures exist", ["GoToStep", "Escalate"])],
        ),
        ("- **If Errors**: restart it if stuck", [("Errors and stuck", ["Advice"])]),
        (
            "- **If Errors**: see Action 1 unless it was done",
            [("Errors and not it was done", ["SeeAction"])],
        ),
        (
            "**If Errors**:\n- Update it\n- If failures exist, continue to Step 2",
            [("Errors", ["Advice"]), ("Errors and failures exist", ["GoToStep"])],
        ),
        ("- Unless Errors: continue", [("not Errors", ["GoOn"])]),
        ("- If 200: continue. If 404: escalate", [("200", ["GoOn"]), ("404", ["Escalate"])]),
        ("- If 200, continue. If 404, escalate", [("200", ["GoOn"]), ("404", ["Escalate"])]),
        ("**Interpret Results**: If Errors, see Action 1", [("Errors", ["SeeAction"])]),
        ("**If Errors**:\n\n```bash\n# restart\nmake x\n```", [("Errors", ["Advice"])]),
    ],
)
def test_a_consequence_may_have_a_condition_of_its_own(
    body: str, expected: list[tuple[str, list[str]]]
) -> None:
    assert branches(body) == expected


def test_a_fence_that_is_all_a_branch_says_is_what_it_says_to_do() -> None:
    (branch,) = step("**If Errors**:\n\n```bash\n# restart\nmake x\nmake y\n```").branches
    assert [c.text for c in branch.consequences] == ["run: make x (and 1 more lines)"]


@pytest.mark.parametrize(
    "body",
    [
        "- Queue depth\n  - If > 1000: See Action 1",
        "**Queue depth**: see the dashboard\n- If > 1000: See Action 1",
        "1. Check the queue depth (in the dashboard)\n\n   - If > 1000: See Action 1",
        "Review: queue depth\n\n- **If > 1000**: See Action 1",
    ],
)
def test_a_comparison_without_a_subject_takes_it_from_the_line_above(body: str) -> None:
    (branch,) = step(body).branches
    assert isinstance(branch.condition, Comparison)
    assert branch.condition.subject.casefold() == "queue depth"


def test_otherwise_below_a_branch_speaks_of_the_branches_beside_it() -> None:
    _, otherwise = step(
        "**If Mismatch**:\n- If Errors: escalate\n- Otherwise: see Action 1"
    ).branches
    assert isinstance(otherwise.condition, AllOf)
    assert isinstance(otherwise.condition.parts[1], Not)


def test_a_condition_behind_otherwise_speaks_of_what_otherwise_leaves_out() -> None:
    *_, last = step("- If Errors: escalate\n- Otherwise: see Action 1 if they agree").branches
    assert isinstance(last.condition, AllOf)
    assert isinstance(last.condition.parts[0], Not)


def test_otherwise_behind_a_branch_that_only_holds_others_leaves_that_one_out_too() -> None:
    *_, otherwise = step("**If Mismatch**:\n- If Errors: escalate\n\n**Otherwise**: stop").branches
    assert isinstance(otherwise.condition, AllOf)
    assert isinstance(otherwise.condition.parts[0], Otherwise)


@pytest.mark.parametrize(
    "body",
    [
        "- **If Errors**: See Action 1",
        "- **If Errors:** See Action 1",
        "* If Errors: See Action 1",
        "+ __If Errors__: See Action 1",
        "1. **If Errors** → See Action 1",
        "- If errors, see Action 1",
        "**If Errors**:\n- See Action 1",
        "**If Errors**:\n\n- See Action 1",
        "- **If Errors**:\n  - See Action 1",
        "1. Interpret\n   - **If Errors**: See Action 1",
        "| Condition | Then |\n|---|---|\n| **If Errors** | See Action 1 |",
        "- [ ] If Errors: See\n  Action 1",
        "#### If Errors\n\n- See Action 1",
        "-\u00a0**If Errors**:\u00a0See\u00a0Action\u00a01",
        "- **If\u200b Errors**: See Action 1",
    ],
)
def test_a_branch_means_the_same_in_every_typography(body: str) -> None:
    ((text, kinds),) = branches(body)
    assert (text.casefold(), kinds) == ("errors", ["SeeAction"])


@pytest.mark.parametrize(
    "body",
    [
        "If it is not written down, it did not happen.",
        "```\nIf Errors: See Action 1\n```",
        "<!-- **If Errors**: See Action 1 -->",
        "> **If Errors**: See Action 1",
    ],
)
def test_what_only_looks_like_a_branch_is_none(body: str) -> None:
    assert branches(body) == []


def test_otherwise_on_the_same_line_is_a_branch_of_its_own() -> None:
    assert branches("- If Errors: See Action 1; otherwise continue to Step 2") == [
        ("Errors", ["SeeAction"]),
        ("otherwise", ["GoToStep"]),
    ]


def test_a_branch_below_a_branch_needs_both_conditions() -> None:
    (inner,) = step("- **If Errors**:\n  - **If Errors > 5**: See Action 1").branches
    assert isinstance(inner.condition, AllOf)
    assert inner.text == "Errors and Errors > 5"


def test_otherwise_and_else_are_one() -> None:
    first, second = step("**Otherwise**: continue\n\n- **Else**: continue").branches
    assert isinstance(first.condition, Otherwise)
    assert isinstance(second.condition, Otherwise)


@pytest.mark.parametrize("line", ["- If :", "- If →", "- If ", "- **If**:", "- If"])
def test_an_if_without_a_condition_is_no_crash(line: str) -> None:
    assert all(b.text == "" for b in step(line).branches)


def test_an_empty_condition_does_not_swallow_its_consequence() -> None:
    (branch,) = step("- **If**: go to Step 1").branches
    assert isinstance(branch.condition, Unreadable)
    assert isinstance(branch.consequences[0], GoToStep)


def test_an_item_that_begins_with_a_greater_than_sign_is_a_comparison() -> None:
    runbook = parse("# T\n\n## Rollback\n\nEscalate if:\n\n- > 1000 subscriptions affected\n")
    (standing,) = runbook.standing
    assert isinstance(standing.condition, Comparison)
    assert standing.condition.subject == "subscriptions affected"
    span = standing.span
    assert runbook.source.text[span.start : span.end] == "> 1000 subscriptions affected"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ('- If "x: y" appears: STOP', [('"x: y" appears', ["Stop"])]),
        ("- If odd - go to Step 2", [("odd", ["GoToStep"])]),
        (
            "- If odd then go to Step 2 else see Action 1",
            [("odd", ["GoToStep"]), ("else", ["SeeAction"])],
        ),
    ],
)
def test_where_a_condition_ends(body: str, wanted: list[tuple[str, list[str]]]) -> None:
    assert branches(body) == wanted


def test_else_if_is_otherwise_and_a_condition() -> None:
    _, second = step("- If a: STOP\n- Else if b > 3: STOP\n").branches
    assert isinstance(second.condition, AllOf)
    otherwise, comparison = second.condition.parts
    assert isinstance(otherwise, Otherwise)
    assert isinstance(comparison, Comparison)
    assert comparison.subject == "b"
