"""A verification for programs: JSON, and JUnit for the pipelines that read nothing else."""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from runner.interpreter.verification import CheckResult, CheckVerdict
from runner.model.safe_text import safe_line
from runner.report.story import Story
from runner.report.verification import check_name

_TAGS = {
    CheckVerdict.BROKEN: "failure",
    CheckVerdict.FAILED: "error",
    CheckVerdict.OPEN: "skipped",
}


def verification_json(story: Story) -> dict[str, Any]:
    """The horizon, the run that is verified, and every check with verdict and reasons."""
    return {
        "horizon": story.header.horizon,
        "verifies": story.header.verifies or None,
        "checks": [
            {
                "check": str(one.check),
                "title": one.title,
                "horizon": one.horizon,
                "verdict": one.verdict.value,
                "reasons": list(one.reasons),
            }
            for one in story.checks
        ],
    }


def junit_xml(story: Story) -> str:
    """One test suite with a test case for each check; a check for a person is a skipped one."""
    count = dict.fromkeys(_TAGS.values(), 0)
    for one in story.checks:
        if one.verdict in _TAGS:
            count[_TAGS[one.verdict]] += 1
    suite = Element(
        "testsuite",
        name=safe_line(f"{story.header.slug} verification"),
        tests=str(len(story.checks)),
        failures=str(count["failure"]),
        errors=str(count["error"]),
        skipped=str(count["skipped"]),
        time=f"{story.header.seconds:.3f}",
        timestamp=story.header.started.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    for one in story.checks:
        suite.append(_case(story, one))
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _case(story: Story, one: CheckResult) -> Element:
    took = sum(s.seconds or 0.0 for s in story.steps if s.id == one.check)
    group = ".".join(part for part in (story.header.slug, one.horizon) if part)
    case = Element(
        "testcase", name=safe_line(check_name(one)), classname=safe_line(group), time=f"{took:.3f}"
    )
    said = safe_line("; ".join(one.reasons))
    if one.verdict in _TAGS:
        SubElement(case, _TAGS[one.verdict], message=said)
    else:
        SubElement(case, "system-out").text = said
    return case
