"""Markdown to a runbook: one oddity for each test, the text beside what it means."""

from pathlib import Path

import pytest

from runner.document.parse import RunbookName, parse_runbook, read_name
from runner.model.conditions import AllOf, Comparison, Not, Otherwise, Unreadable
from runner.model.identity import PlaceKind, StepId
from runner.model.runbook import (
    Advice,
    Branch,
    Consequence,
    Escalate,
    GoOn,
    GoToSection,
    GoToStep,
    HandOver,
    Rerun,
    Runbook,
    SectionKind,
    SeeAction,
    Step,
    Stop,
)
from runner.model.source import SourceText

ROOT = Path(__file__).parents[2]


def parse(text: str) -> Runbook:
    return parse_runbook(SourceText("runbooks/example.md", text)).runbook


def step(body: str) -> Step:
    return parse(f"# Example\n\n## Diagnosis Flow\n\n### Step 1: Look\n\n{body}\n").steps[0]


def branches(body: str) -> list[tuple[str, list[str]]]:
    return [(b.text, [type(c).__name__ for c in b.consequences]) for b in step(body).branches]


@pytest.mark.parametrize(
    "heading",
    [
        "### Step 3: Title",
        "### Step 3 - Title",
        "### Step 3 — Title",
        "### Step 3. Title",
        "### STEP 3 – Title",
        "## Step 3: Title",
        "##### 2. Step 3: Title",
        "### **Step 3**: Title",
        "Step 3: Title\n-------------",
    ],
)
def test_a_step_heading_is_known_by_its_words(heading: str) -> None:
    runbook = parse(f"# Example\n\n{heading}\n\nText.\n")
    assert [(str(s.id), s.title) for s in runbook.steps] == [("step 3", "Title")]


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


def test_a_key_call_takes_its_fields_from_sibling_items() -> None:
    (call,) = step(
        "1. **Export**\n2. **Run Jupyter KEY**\n   - **KEY**: `jupyter-a-b`\n"
        "   - **Input**: Stripe export (CSV) and database export (CSV)\n"
        "3. **Review**\n   - **Questions Answered**:\n     - Which?\n     - Why?\n"
    ).invocations
    assert call.key.slug == "a-b"
    assert [spec.text for spec in call.inputs] == ["Stripe export (CSV)", "database export (CSV)"]
    assert [question.text for question in call.questions] == ["Which?", "Why?"]


def test_several_keys_of_a_step_keep_their_own_inputs() -> None:
    first, second = step(
        "- **KEY**: `jupyter-a-b`\n- **Input**: one\n\nText\n\n"
        "- Run: `jupyter-c-d` KEY\n- **Input**: two\n"
    ).invocations
    assert (first.key.slug, first.inputs[0].text) == ("a-b", "one")
    assert (second.key.slug, second.inputs[0].text) == ("c-d", "two")


def test_a_key_in_a_code_fence_is_not_called() -> None:
    assert step("```\n- **KEY**: `jupyter-a-b`\n```").invocations == ()


def test_an_expectation_takes_its_subject_from_the_words_before_it() -> None:
    (expected,) = step(
        "- Output: a report: depth, consumer errors\n  (should be below 1%)"
    ).expectations
    assert isinstance(expected.condition, Comparison)
    assert expected.condition.subject == "consumer errors"


def test_prose_in_an_expected_field_is_no_expectation() -> None:
    assert step("**Expected**: 200 OK or 401").expectations == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_spans_point_into_the_source_as_it_is(begin: str, end: str) -> None:
    text = begin + "# Example\n\n### Step 1: Look\n\n- **If Success Rate < 95%**: See Action 1\n"
    text = text.replace("\n", end)
    branch: Branch = parse(text).steps[0].branches[0]
    assert isinstance(branch.condition, Comparison)
    span = branch.condition.span
    assert text[span.start : span.end] == "Success Rate < 95%"
    assert parse(text).source.position(span.start).line == 5


def test_sections_are_known_by_their_words() -> None:
    runbook = parse(
        "# T\n\nSCOPE\n-----\n\n## 2. When to use this runbook\n\n"
        "## Gossip\n\n## 5. DIAGNOSIS FLOW\n"
    )
    assert [section.kind for section in runbook.sections] == [
        SectionKind.SCOPE,
        SectionKind.WHEN_TO_USE,
        SectionKind.OTHER,
        SectionKind.DIAGNOSIS,
    ]


def test_a_runbook_without_any_metadata_has_its_names_from_heading_and_file() -> None:
    runbook = parse("# A title\n\n### Step 1: Look\n")
    assert (runbook.slug, runbook.title) == ("example", "A title")
    assert parse_runbook(SourceText("runbooks/slug/README.md", "x")).runbook.slug == "slug"


def test_front_matter_that_does_not_read_is_said_and_passed_over() -> None:
    parsed = parse_runbook(SourceText("x.md", "---\nslug: [\n---\n\n# T\n\n### Step 1: Look\n"))
    assert [d.code for d in parsed.document.diagnostics] == ["RB001"]
    assert parsed.runbook.steps[0].id == StepId(PlaceKind.STEP, "1")


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


def test_a_file_that_begins_with_a_step_keeps_it() -> None:
    assert [s.title for s in parse("### Step 1: Look\n\nText.\n").steps] == ["Look"]


def test_an_item_that_begins_with_a_greater_than_sign_is_a_comparison() -> None:
    runbook = parse("# T\n\n## Rollback\n\nEscalate if:\n\n- > 1000 subscriptions affected\n")
    (standing,) = runbook.standing
    assert isinstance(standing.condition, Comparison)
    assert standing.condition.subject == "subscriptions affected"
    span = standing.span
    assert runbook.source.text[span.start : span.end] == "> 1000 subscriptions affected"


@pytest.mark.parametrize(
    ("line", "inputs"),
    [
        ("Run `jupyter-x-y` KEY with the **change calendar** as input", ["the change calendar"]),
        ("Use `jupyter-x-y` KEY on the delivery log.", ["the delivery log"]),
        ("Run `jupyter-x-y` KEY with input: a.csv and b.csv", ["a.csv", "b.csv"]),
        ("Run `jupyter-x-y` KEY", []),
    ],
)
def test_an_input_may_stand_in_the_line_of_the_call(line: str, inputs: list[str]) -> None:
    (call,) = step(f"- [ ] {line}").invocations
    assert [spec.text for spec in call.inputs] == inputs


def test_next_steps_of_a_call_may_be_a_list() -> None:
    (call,) = step("- **KEY**: `jupyter-x-y`\n- **Next Steps**:\n  - a\n  - b").invocations
    assert call.next_steps == "a; b"


@pytest.mark.parametrize(
    "block",
    [
        "**If Action 2 (Replay) Caused Issues**:\n\n- Stop the replay\n- Restore the cursor",
        "### If Action 2 made things worse\n\n1. Stop the replay\n2. Restore the cursor",
        "- Rollback Action 2: Stop the replay; Restore the cursor",
    ],
)
def test_a_block_in_rollback_is_the_way_back_of_its_action(block: str) -> None:
    runbook = parse(
        "# T\n\n## Action Steps\n\n### Action 1: Wait\n\n### Action 2: Replay\n\n"
        f"## Rollback / Escalation\n\n{block}\n"
    )
    assert [a.way_back for a in runbook.actions] == ["", "Stop the replay; Restore the cursor"]


def test_pack_json_gives_what_the_front_matter_leaves_out() -> None:
    source = SourceText("runbooks/disk-full/README.md", "---\ntitle: Disk\n---\n# T\n")
    pack = '{"title": "Other", "severity_level": "p1", "tags": ["disk"], "version": "1.2.0"}'
    runbook = parse_runbook(source, pack).runbook
    assert (runbook.slug, runbook.title) == ("disk-full", "Disk")
    assert (runbook.metadata.severity_level, runbook.metadata.tags) == ("p1", ("disk",))
    assert runbook.metadata.other == (("version", "1.2.0"),)


@pytest.mark.parametrize("pack", ["{", "[1]", "[" * 100_000])
def test_a_pack_json_that_does_not_read_is_a_diagnostic(pack: str) -> None:
    parsed = parse_runbook(SourceText("runbooks/disk-full/README.md", "# T\n"), pack)
    assert [d.code for d in parsed.document.diagnostics] == ["RB001"]


def test_a_sentence_before_a_list_leaves_its_items_alone() -> None:
    assert branches("If the broker restarts, go to Step 2.\n\n- **If Errors**: See Action 1") == [
        ("the broker restarts", ["GoToStep"]),
        ("Errors", ["SeeAction"]),
    ]


def test_a_step_may_have_a_number_with_a_point() -> None:
    text = "# A\n\n### Step 2.1: Look\n\n- If odd: go to Step 2.2\n\n### Step 2.2. Wait\n"
    first, second = parse(text).steps
    assert (str(first.id), first.title, str(second.id)) == ("step 2.1", "Look", "step 2.2")
    (consequence,) = first.branches[0].consequences
    assert isinstance(consequence, GoToStep)
    assert consequence.step == second.id


def test_a_list_of_conditions_ends_where_another_head_stands() -> None:
    runbook = parse(
        "# A\n\n## Rollback / Escalation\n**Rollback if**:\n- errors rise\n"
        "**Escalate if**: data is lost\n- Escalate when impact is high\n"
        "**If Action 2 (Replay) Caused Issues**:\n1. Stop the replay\n2. See Action 3\n"
        "\n## Action Steps\n### Action 2: Replay (REVERSIBLE)\n"
    )
    assert [(s.kind.value, s.text) for s in runbook.standing] == [
        ("rollback", "errors rise"),
        ("escalate", "data is lost"),
        ("escalate", "impact is high"),
    ]
    assert runbook.actions[0].rollback_block == "Stop the replay; See Action 3"


def test_a_box_of_a_task_list_is_no_part_of_a_check() -> None:
    text = "# A\n\n## Verification\n\n- [ ] Error rate < 1%\n- [x] **It answers**: look\n"
    assert [check.title for check in parse(text).verification] == [
        "Error rate < 1%",
        "It answers: look",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "- Timeouts → Action 1",
        "- Signature errors: see Action 2",
        "When errors exist: go to Step 3",
        "| Status | Then |\n|---|---|\n| 500 | Go to Step 3 |",
    ],
)
def test_a_move_behind_words_that_are_no_condition_is_told(line: str) -> None:
    source = SourceText("a.md", f"# A\n\n### Step 1: Look\n\n{line}\n")
    assert [d.code for d in parse_runbook(source).document.diagnostics] == ["RB010"]


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


def test_alerts_are_what_is_quoted_or_code_behind_the_word() -> None:
    lines = ['- Alert: "rate > 5%" fires', "- Alert `HighErrorRate`", '- alerts: "A", "B"']
    runbook = parse("# A\n\n## When to Use\n\n" + "\n".join([*lines, '- "C" is slow']) + "\n")
    assert runbook.alerts == ("rate > 5%", "HighErrorRate", "A", "B")


def test_expectations_in_parentheses_may_say_must_exceed_and_zero() -> None:
    look = step("- Errors (must be zero), rate (must exceed 95%), p95 (should be < 2 s)")
    assert [expectation.text for expectation in look.expectations] == [
        "Errors must be zero",
        "rate must exceed 95%",
        "p95 should be < 2 s",
    ]


def test_a_label_may_begin_a_sentence_inside_a_line() -> None:
    look = step("- **Check**: look at it. **Success**: rate > 99%. **Evidence**: a picture")
    assert [field.label for field in look.fields] == ["Check", "Success", "Evidence"]
    assert [expectation.text for expectation in look.expectations] == ["rate > 99%."]
    wanted = [("odd", ["Advice"]), ("even", ["Stop"])]
    assert branches("- **If odd**: look. **If even**: STOP") == wanted


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\n## Scope\n\nx\n",
        "---\ntitle: Front\nslug: front\n---\n# Title\n\n## Scope\n",
        "Title\n=====\n\n## Scope\n\n## More\n",
        "```sh\n# no title\n# nor this\n```\n\n# Title\n\n## Scope\n",
        "<!--\n# no title\n# nor this\n-->\n# Title\n## Scope\n",
        "## Scope\n\n## Steps\n",
        "# Title",
        "",
        *(path.read_text("utf-8") for path in sorted((ROOT / "runbooks").glob("*.md"))),
    ],
    ids=lambda text: text[:24].strip(),
)
def test_the_name_is_the_same_without_reading_all_of_it(text: str) -> None:
    source = SourceText("runbooks/file-name.md", text)
    whole = parse_runbook(source).runbook
    assert read_name(source) == RunbookName(whole.slug, whole.title)
