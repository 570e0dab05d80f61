"""Which runbook an alert or words lead to, in which order, and why."""

import pytest

from runner.document.parse import parse_runbook
from runner.document.search import near_names, search
from runner.model.source import SourceText

QUEUE = """\
# Queue backlog keeps growing

## When to Use

- Alert: "order_queue_depth > 50000"
- Confirmations arrive late

## When NOT to Use

- The broker itself is down
"""
BROKER = """\
# Broker outage

## Scope

The broker that carries the order queue does not answer.

## When to Use

- Alert: "BrokerDown == 1"
"""
RUNBOOKS = tuple(
    parse_runbook(SourceText(f"{slug}.md", text)).runbook
    for slug, text in (("queue-backlog", QUEUE), ("broker-outage", BROKER))
)


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("order_queue_depth > 50000", ["queue-backlog", "broker-outage"]),
        ("order_queue_depth>50000", ["queue-backlog", "broker-outage"]),
        ("OrderQueueDepth", ["queue-backlog", "broker-outage"]),
        ("[FIRING:1] BrokerDown on host 3", ["broker-outage"]),
        ("broker-outage", ["broker-outage"]),
        ("confirmations late", ["queue-backlog"]),
        ("broker down", ["broker-outage"]),
        ("coffee", []),
        ("", []),
        ("\x1b[31m ((((", []),
    ],
)
def test_the_best_comes_first(text: str, slugs: list[str]) -> None:
    assert [match.runbook.slug for match in search(RUNBOOKS, text)] == slugs


def test_the_reason_names_what_fits() -> None:
    assert search(RUNBOOKS, "order_queue_depth")[0].because == "its alert order_queue_depth > 50000"
    (found,) = search(RUNBOOKS, "confirmations late")
    assert found.because == "confirmation, late in its When to Use"


def test_near_names_are_slugs_and_alerts() -> None:
    assert near_names(RUNBOOKS, "brokr outige")[0] == "broker-outage"
    assert near_names(RUNBOOKS, "zzz") == ()
