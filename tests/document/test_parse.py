"""Markdown to a runbook: one oddity for each test, the text beside what it means."""

from pathlib import Path

import pytest

from runner.document.naming import RunbookName, read_name
from runner.document.parse import parse_runbook
from runner.model.conditions import Comparison
from runner.model.identity import PlaceKind, StepId
from runner.model.runbook import (
    Branch,
    GoToStep,
    Reversibility,
    SectionKind,
)
from runner.model.source import SourceText
from tests.document.reading import branches, parse, step

ROOT = Path(__file__).parents[2]


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


def test_a_file_that_begins_with_a_step_keeps_it() -> None:
    assert [s.title for s in parse("### Step 1: Look\n\nText.\n").steps] == ["Look"]


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


def test_a_row_of_a_table_of_checks_is_a_check() -> None:
    table = """
### Within 5 minutes

| # | Check | KEY | Success |
|---|---|---|---|
| 1 | Orders arrive | `jupyter-a-b` | Error rate < 1% |
| 2 | Customers | | no new complaint |
"""
    text = f"# A\n\n### Step 1: Look\n\n## Verification\n{table}"
    runbook = parse(text)
    first, second = runbook.verification
    assert (first.title, first.horizon, second.title) == (
        "Orders arrive", "Within 5 minutes", "Customers",
    )  # fmt: skip
    assert [call.key.text for call in first.invocations] == ["jupyter-a-b"]
    (expectation,) = first.expectations
    assert text[expectation.span.start : expectation.span.end] == "Error rate < 1%"
    assert [(field.label, field.text) for field in second.fields] == [
        ("Success", "no new complaint")
    ]
    assert text[first.span.start : first.span.end] == "Orders arrive"
    assert second.body == "| 2 | Customers | | no new complaint |"


def test_without_headings_the_items_of_a_numbered_list_are_the_actions() -> None:
    text = """# A

### Step 1: Look

- If A: see Action 2

## Action Steps

1. Restart the workers (REVERSIBLE)
   - **Precondition**: they hang
2. **Action 2: Purge the queue** (IRREVERSIBLE - USE WITH CAUTION)

   ```sh
   purge
   ```
"""
    first, second = parse(text).actions
    assert (first.number, first.title, first.reversibility) == (
        "1", "Restart the workers", Reversibility.REVERSIBLE,
    )  # fmt: skip
    assert [(field.label, field.text) for field in first.fields] == [("Precondition", "they hang")]
    assert (second.number, second.title, second.with_caution) == ("2", "Purge the queue", True)
    assert [fence.text for fence in second.fences] == ["purge\n"]


def test_markdown_between_tags_is_read() -> None:
    body = "<details><summary>More</summary>\n\n- If A: STOP\n\n</details>"
    assert branches(body) == [("A", ["Stop"])]
