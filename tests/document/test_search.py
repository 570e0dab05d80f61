"""Which runbook an alert or words lead to, in which order, and why."""

from pathlib import Path

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
SHIPPED = tuple(
    parse_runbook(SourceText(path.name, path.read_text("utf-8"))).runbook
    for path in sorted((Path(__file__).parents[2] / "runbooks").glob("*.md"))
)
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


def test_every_alert_of_a_shipped_runbook_finds_it_first() -> None:
    """As it is written, by name alone, inside a message, and with another threshold."""
    missed = []
    for runbook in SHIPPED:
        for alert in runbook.alerts:
            name = alert.split()[0]
            for text in (
                alert,
                name,
                f"[FIRING:1] {alert} (prod)",
                f"{name} > 37",
                f"{name}>=0.5%",
            ):
                found = search(SHIPPED, text)
                if not found or found[0].runbook.slug != runbook.slug:
                    missed.append((text, [match.runbook.slug for match in found]))
    assert sum(len(runbook.alerts) for runbook in SHIPPED) >= len(SHIPPED)
    assert missed == []


def test_a_threshold_is_no_word_to_look_for() -> None:
    assert search(SHIPPED, "error_rate > 5%")[0].runbook.slug == "elevated-errors"
    assert search(RUNBOOKS, "coffee > 50000") == ()


def test_of_alerts_of_one_name_that_with_the_threshold_comes_first() -> None:
    texts = (("a-low", "error_rate > 1%"), ("b-high", "error_rate > 20%"))
    both = tuple(
        parse_runbook(
            SourceText(f"{slug}.md", f'# X\n\n## When to Use\n\n- Alert: "{alert}"\n')
        ).runbook
        for slug, alert in texts
    )
    assert [match.runbook.slug for match in search(both, "error_rate > 0.2")] == ["b-high", "a-low"]
    assert [match.runbook.slug for match in search(both, "error_rate >20 %")] == ["b-high", "a-low"]
    assert [match.runbook.slug for match in search(both, "error_rate > 7%")] == ["a-low", "b-high"]
