"""Damaged traces, audit logs, cost exports and metric series: the right answer, or a refusal.

The outcomes stand in `tests/golden/damage/<format>.txt`, one line for each damage.
"""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runner import kit
from tests.conftest import Golden
from tests.kit.formats.damage import DAMAGES, check_digits, few_at_once, outcome

COUNT = 20
STAMPS = [f"2026-11-22T10:00:{n:02d}Z" for n in range(COUNT)]


def span(n: int) -> dict[str, object]:
    times = {
        "startTimeUnixNano": f"{1795341600 + n}000000000",
        "endTimeUnixNano": "1795341700000000000",
    }
    return {"traceId": f"t{n}", "spanId": "a", "name": f"select {n}", "kind": 2, **times}


def trace(n: int) -> str:
    named = [{"key": "service.name", "value": {"stringValue": "web"}}]
    scopes = [{"spans": [span(n)]}]
    group = {"resource": {"attributes": named}, "scopeSpans": scopes}
    return json.dumps({"resourceSpans": [group]})


def trail(n: int) -> dict[str, object]:
    return {
        "eventVersion": "1.08",
        "eventTime": STAMPS[n],
        "eventSource": "s3.amazonaws.com",
        "eventName": "SelectObjectContent",
        "userIdentity": {"arn": f"select {n}"},
    }


def cluster(n: int) -> dict[str, object]:
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "auditID": str(n),
        "stage": "ResponseComplete",
        "requestReceivedTimestamp": STAMPS[n],
        "verb": "get",
        "user": {"username": f"select {n}"},
    }


EVERY = range(COUNT)
FILES = {
    "otel-spans": ("spans", "".join(f"{trace(n)}\n" for n in EVERY)),
    "cloudtrail": ("audit", json.dumps({"Records": [trail(n) for n in EVERY]}, indent=0)),
    "kubernetes-audit": ("audit", "".join(f"{json.dumps(cluster(n))}\n" for n in EVERY)),
    "focus": (
        "costs",
        "ChargePeriodStart,BilledCost,ServiceName,Tags\n"
        + "".join(f"{STAMPS[n]},12.500,select {n},NULL\n" for n in EVERY),
    ),
    "aws-cur": (
        "costs",
        "lineItem/UsageStartDate,lineItem/UnblendedCost,lineItem/ProductCode,resourceTags/user:a\n"
        + "".join(f"{STAMPS[n]},12.500,select {n},shop\n" for n in EVERY),
    ),
    "metrics-wide": (
        "series",
        "time,selected rows,p95\n" + "".join(f"{STAMPS[n]},12.500,{n}\n" for n in EVERY),
    ),
}


@pytest.mark.parametrize("form", FILES)
def test_a_damaged_file_is_read_right_or_refused(
    systems: kit.Key, golden: Golden, form: str
) -> None:
    told = [f"{name}: {damaged(systems, form, name)}" for name in DAMAGES]

    golden(f"damage/{form}.txt", "\n".join(told) + "\n")


@pytest.mark.parametrize("form", few_at_once(FILES))
def test_the_digits_are_the_same_in_any_zone_and_with_any_threads(
    systems: kit.Key, zone: Callable[[str], None], form: str
) -> None:
    loads = {name: partial(load, systems, form, name) for name in DAMAGES if "5 MB" not in name}
    check_digits(systems, FILES[form][0], loads, zone)


def damaged(systems: kit.Key, form: str, damage: str) -> str:
    return outcome(partial(load, systems, form, damage))


def load(systems: kit.Key, form: str, damage: str) -> Any:
    name, text = FILES[form]
    Path("export.file").write_bytes(DAMAGES[damage](text))
    return systems.load(name, "export.file")
