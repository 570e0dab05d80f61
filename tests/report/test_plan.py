"""The plan as text, data, Mermaid and a picture: complete, within 80 columns, and safe to show."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.keys.catalog import Library
from runner.model.source import SourceText
from runner.report.mermaid import plan_mermaid
from runner.report.plan import Plan, next_command, plan_text
from runner.report.plan_json import plan_json
from runner.report.svg import plan_svg
from runner.runs.loading import load_runbook

ROOT = Path(__file__).parents[2]
NOTHING: frozenset[str] = frozenset()
HOSTILE = """\
# \\<script>alert(1)\\</script> & "quotes"

## Diagnosis Flow

### Step 1: Look ]]> <b>here</b> \x1b[31m

- If `a["x"] | {y} --> <img src=x onerror=y>`: Continue to Step 1
- If #35; & end: see Action 1
- If it is tall: escalate to "them" <now>

## Action Steps

### Action 1: Click `<a href="javascript:x">` (IRREVERSIBLE)
"""


@pytest.fixture(scope="module")
def webhooks() -> Program:
    return load_runbook(Library.find(ROOT, ROOT, {}), "webhook-failures").program


@pytest.fixture(scope="module")
def hostile() -> Program:
    return Program(parse_runbook(SourceText("h.md", HOSTILE)).runbook, ())


def test_no_line_is_wider_than_asked(webhooks: Program) -> None:
    for width in (60, 80, 100):
        assert max(map(len, plan_text(Plan(webhooks), width).splitlines())) <= width


def test_the_text_says_what_is_missing_who_is_asked_and_how_it_may_end(webhooks: Program) -> None:
    text = plan_text(Plan(webhooks))
    for said in (
        "webhook_log: webhook delivery log, for step 3: missing",
        "may run ahead, from the beginning on",
        "if nothing that holds leads on: step 2, step 3, step 4",
        "escalate (exit 11)",
        "    step 5: if Stripe sees no fault",
        "  healthy (exit 0)",
    ):
        assert said in text
    assert "missing" not in plan_text(Plan(webhooks, frozenset({"webhook_log"})))


def test_the_next_command_names_the_inputs_that_are_missing(webhooks: Program) -> None:
    assert next_command(Plan(webhooks)) == "runbook run webhook-failures -i webhook_log=FILE"
    given = Plan(webhooks, frozenset({"webhook_log"}))
    assert next_command(given) == "runbook run webhook-failures"


def test_the_data_name_every_way_and_survive_json(webhooks: Program) -> None:
    plan = json.loads(json.dumps(plan_json(Plan(webhooks))))
    ways = [(way["from"], way["to"], way["condition"]) for way in plan["ways"]]
    assert ("step 3", "step 4", "Success Rate < 95%") in ways
    assert plan["missing_inputs"] == ["webhook_log"]
    assert plan["unreachable"] == []
    assert {one["outcome"] for one in plan["outcomes"]} >= {"healthy", "escalate", "handed_over"}


def test_the_text_of_others_forges_nothing(hostile: Program) -> None:
    assert "\x1b" not in plan_text(Plan(hostile))
    for shown in (plan_svg(hostile, NOTHING), plan_mermaid(hostile, NOTHING)):
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<a " not in shown
        assert "\x1b" not in shown


def test_the_picture_is_whole_and_loads_nothing(hostile: Program, webhooks: Program) -> None:
    for program in (hostile, webhooks):
        picture = plan_svg(program, NOTHING)
        root = ElementTree.fromstring(picture)
        tags = {element.tag.split("}")[1] for element in root.iter()}
        assert tags <= {"svg", "title", "style", "defs", "marker", "path", "rect", "text", "line"}
        assert picture.count("http") == picture.count('xmlns="http://www.w3.org/2000/svg"')
    shown = "".join(ElementTree.fromstring(plan_svg(hostile, NOTHING)).itertext())
    assert '<script>alert(1)</script> & "quotes"' in shown


def test_two_lines_of_the_picture_never_share_a_stretch(webhooks: Program) -> None:
    root = ElementTree.fromstring(plan_svg(webhooks, NOTHING))
    lanes: dict[str, list[tuple[int, int]]] = {}
    for element in root.iter("{http://www.w3.org/2000/svg}path"):
        drawn = element.get("d", "")
        if "V" not in drawn:
            continue
        begin = int(drawn.split("H")[0].split(" ")[1])
        lane, end = drawn.split("H")[1].split("V")
        low, high = sorted((begin, int(end)))
        assert all(high < a or low > b for a, b in lanes.setdefault(lane, []))
        lanes[lane].append((low, high))
    assert lanes


def test_every_edge_of_the_chart_names_a_node_that_is_there(webhooks: Program) -> None:
    lines = [line.strip() for line in plan_mermaid(webhooks, NOTHING).splitlines()]
    nodes = {line.split("[")[0].split("(")[0] for line in lines if ":::" in line}
    edges = [line for line in lines if "|" in line]
    assert edges
    for edge in edges:
        assert edge.split(" ")[0] in nodes
        assert edge.split(" ")[-1] in nodes


def test_an_empty_runbook_has_a_plan() -> None:
    program = Program(parse_runbook(SourceText("e.md", "")).runbook, ())
    assert plan_text(Plan(program))
    assert plan_json(Plan(program))["steps"] == []
    ElementTree.fromstring(plan_svg(program, NOTHING))
    assert plan_mermaid(program, NOTHING).startswith("flowchart TD")


def test_no_name_in_the_chart_is_a_word_of_mermaids_own(
    hostile: Program, webhooks: Program
) -> None:
    """A class that was called `end` kept every chart from being drawn."""
    own = {
        "end",
        "graph",
        "flowchart",
        "subgraph",
        "style",
        "class",
        "classdef",
        "click",
        "default",
    }
    for program in (hostile, webhooks):
        chart = plan_mermaid(program, NOTHING)
        bare = re.sub(r'"[^"]*"', '""', chart).replace("flowchart TD", "")
        lines = [line.split(maxsplit=1) for line in bare.splitlines() if line.strip()]
        words = [line[1] if line[0] == "classDef" else " ".join(line) for line in lines]
        assert own.isdisjoint(re.findall(r"[a-z]\w*", " ".join(words).casefold()))


def test_follow_ups_stand_in_the_plan_with_their_commands() -> None:
    text = (
        "# A\n\n## Follow-Ups\n\n- Run: `jupyter-a-b`\n  - **Input**: the logs and the list\n"
        "- Use: `node-c-d`\n"
    )
    plan = Plan(Program(parse_runbook(SourceText("a.md", text)).runbook, ()))
    assert plan_json(plan)["follow_ups"] == [
        {
            "key": "jupyter-a-b",
            "inputs": ["the logs", "the list"],
            "command": "runbook keys run jupyter-a-b -i NAME=FILE -i NAME=FILE",
        },
        {"key": "node-c-d", "inputs": [], "command": ""},
    ]
    lines = plan_text(plan, 200).splitlines()
    at = lines.index("Afterwards, by hand")
    assert lines[at + 1 : at + 3] == [
        "  jupyter-a-b on the logs; the list: runbook keys run jupyter-a-b"
        " -i NAME=FILE -i NAME=FILE",
        "  node-c-d: by hand, it belongs to another runtime",
    ]
