"""The two example runbooks, unmended: which holes lint names."""

from pathlib import Path

from runner.checks.subject import KnownNames
from runner.model.contract import KeyContract, OutputSpec
from runner.model.source import SourceText
from runner.model.values import OutputType
from tests.checks.runbooks import check, contract

EXAMPLES = Path(__file__).parents[1] / "examples"
QUEUE = (
    contract(
        "queue-backlog-analysis",
        (
            OutputSpec("depth", "Messages queued", OutputType.COUNT, ("messages",)),
            OutputSpec("growth_per_minute", "Growth", OutputType.NUMBER, (), "1/min"),
            OutputSpec("oldest_message_age", "Oldest message", OutputType.DURATION, (), "s"),
            OutputSpec("consumer_error_rate", "Consumer errors", OutputType.RATIO),
            OutputSpec("poison", "Poison list", OutputType.TABLE, ("poison messages",)),
        ),
    ),
    contract(
        "message-trace-analysis",
        (
            OutputSpec("common_producer", "Common producer", OutputType.FLAG),
            OutputSpec("producer", "Producer", OutputType.ENUM, values=("checkout", "billing")),
            OutputSpec("redeliveries", "Redeliveries", OutputType.COUNT),
        ),
    ),
)
CERTIFICATES = (
    contract(
        "certificate-inventory",
        (
            OutputSpec("days_left", "Days left", OutputType.NUMBER),
            OutputSpec("renewal_automation", "Renewal automation", OutputType.FLAG),
        ),
    ),
    contract(
        "risk-analysis", (OutputSpec("risk", "Risk", OutputType.ENUM, values=("low", "high")),)
    ),
)


def named(file: str, contracts: tuple[KeyContract, ...] = ()) -> list[str]:
    """Codes and lines, in order."""
    text = (EXAMPLES / file).read_text(encoding="utf-8")
    known = KnownNames(runbooks=("broker-outage",))
    found = check(text, contracts, known, file)
    source = SourceText(file, text)
    return [f"{d.code}:{source.position(d.span.start).line}" for d in found]


def test_the_holes_of_the_certificate_runbook() -> None:
    assert named("certificate-expiry.md") == [
        "RB002:1",  # seven sections are missing
        "RB307:11",
        "RB301:13",  # neither KEY is installed
        "RB305:13",
        "RB307:24",
        "RB301:27",
        "RB304:27",
        "RB305:27",
        "RB203:29",  # the Change Freeze Runbook
        "RB402:40",
        "RB403:40",
        "RB401:44",
        "RB402:44",
        "RB403:44",
        "RB401:46",
        "RB402:46",
        "RB403:46",
    ]


def test_with_its_keys_installed_the_conditions_for_a_person_are_named() -> None:
    found = named("certificate-expiry.md", CERTIFICATES)
    assert [f for f in found if f.startswith("RB1")] == [
        "RB104:21",  # "renewal automation is broken"
        "RB107:30",  # this KEY knows no medium risk
        "RB104:30",  # "they agree"
        "RB104:32",  # "the analysis could not be done"
    ]


def test_the_queue_runbook_has_no_error_and_no_condition_without_an_output() -> None:
    assert named("queue-backlog.md", QUEUE) == [
        "RB002:9",
        "RB118:65",  # draining by itself, while consumers fail
        "RB307:86",
        "RB304:92",
        "RB305:92",
        "RB117:96",  # and with a common producer?
        "RB403:113",
        "RB403:119",
        "RB404:119",  # irreversible, and no warning
    ]
