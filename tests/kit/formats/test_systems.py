"""Traces, audit logs, cost exports and metric series, each read as the columns of a contract."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner import kit

Read = Callable[[str, str], Any]


@pytest.fixture
def read(systems: kit.Key) -> Read:
    def read(name: str, text: str) -> tuple[Any, list[dict[str, Any]]]:
        Path("file").write_text(text, "utf-8")
        loaded = systems.load(name, "file")
        found = systems.sql(f"from {name}")
        return loaded, [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    return read


def span(**more: Any) -> dict[str, Any]:
    times = {"startTimeUnixNano": "1795341600000000000", "endTimeUnixNano": "1795341600012500000"}
    return {"traceId": "t", "spanId": "a", "name": "GET /", "kind": 2, **times, **more}


def trace(*spans: dict[str, Any], service: str = "web") -> dict[str, Any]:
    named = [{"key": "service.name", "value": {"stringValue": service}}]
    return {
        "resourceSpans": [{"resource": {"attributes": named}, "scopeSpans": [{"spans": [*spans]}]}]
    }


def test_a_span_has_its_service_its_parent_its_duration_and_whether_it_failed(read: Read) -> None:
    failed = span(spanId="b", parentSpanId="a", status={"code": "STATUS_CODE_ERROR"})

    _, rows = read("spans", json.dumps(trace(span(), failed)))

    assert [(row["service"], row["parent_span_id"], row["error"]) for row in rows] == [
        ("web", None, "0"),
        ("web", "a", "1"),
    ]
    assert {(str(row["timestamp"]), float(row["duration_ms"])) for row in rows} == {
        ("2026-11-22 10:00:00", 12.5)
    }


def test_a_call_to_what_sends_no_spans_has_it_as_its_peer(read: Read) -> None:
    system = [{"key": "db.system", "value": {"stringValue": "postgresql"}}]
    rows = read("spans", json.dumps(trace(span(kind=3, attributes=system), span())))[1]

    assert [row["peer"] for row in rows] == ["postgresql", None]


def test_traces_of_several_lines_are_one_table(read: Read) -> None:
    lines = "\n".join(json.dumps(trace(span(), service=name)) for name in ("web", "cart"))

    assert [row["service"] for row in read("spans", lines)[1]] == ["web", "cart"]


def test_a_document_without_spans_is_a_bad_record(read: Read) -> None:
    documents = [trace(span()), trace(span()), {"resourceSpans": [], "note": 1}]
    loaded, _ = read("spans", "\n".join(map(json.dumps, documents)))

    assert (loaded.rows_read, loaded.rows_bad) == (2, 1)
    assert loaded.bad_records[0].why.startswith("no spans in it")


TRAIL = {
    "eventVersion": "1.08",
    "eventTime": "2026-11-22T10:00:00Z",
    "eventSource": "iam.amazonaws.com",
    "eventName": "AttachRolePolicy",
    "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::1:user/ann"},
    "requestParameters": {"roleName": "admin"},
}
LOGIN = {**TRAIL, "eventName": "ConsoleLogin", "responseElements": {"ConsoleLogin": "Failure"}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"Records": [TRAIL, LOGIN]}),
        json.dumps({"Records": [TRAIL, LOGIN]}, indent=1),
        f"{json.dumps(TRAIL)}\n{json.dumps(LOGIN)}\n",
        json.dumps([TRAIL, LOGIN]),
    ],
)
def test_cloudtrail_is_read_however_it_is_wrapped(read: Read, text: str) -> None:
    loaded, rows = read("audit", text)

    assert loaded.format == "AWS CloudTrail"
    assert [(row["actor"][-3:], row["action"], row["outcome"]) for row in rows] == [
        ("ann", "AttachRolePolicy", "success"),
        ("ann", "ConsoleLogin", "failure"),
    ]
    assert rows[0]["resource"] == "admin"


def test_an_error_code_makes_an_event_a_failure(read: Read) -> None:
    [row] = read("audit", json.dumps({"Records": [{**TRAIL, "errorCode": "AccessDenied"}]}))[1]

    assert (row["outcome"], row["error"]) == ("failure", "AccessDenied")


KUBERNETES = {
    "kind": "Event",
    "apiVersion": "audit.k8s.io/v1",
    "auditID": "1",
    "stage": "ResponseComplete",
    "requestReceivedTimestamp": "2026-11-22T10:00:00.000001Z",
    "verb": "delete",
    "user": {"username": "bob"},
    "objectRef": {"resource": "pods", "namespace": "shop", "name": "cart-1"},
    "responseStatus": {"code": 403, "reason": "Forbidden"},
}


def test_an_audit_event_of_kubernetes_names_its_object_and_its_refusal(read: Read) -> None:
    loaded, [row] = read("audit", json.dumps(KUBERNETES) + "\n")

    assert loaded.format == "Kubernetes audit log"
    assert (row["actor"], row["action"], row["resource"]) == ("bob", "delete", "shop/pods/cart-1")
    assert (row["outcome"], row["error"], row["stage"]) == (
        "failure",
        "Forbidden",
        "ResponseComplete",
    )


FOCUS = "ChargePeriodStart,BilledCost,ServiceName,Tags\n"


def test_a_focus_export_has_credits_below_zero_and_nulls_as_text(read: Read) -> None:
    lines = '2026-11-22T00:00:00Z,-1.5,NULL,"{""team"": ""a""}"\n2026-11-22 01:00:00,2,db,NULL\n'
    loaded, rows = read("costs", FOCUS + lines)

    assert loaded.format == "FOCUS cost export"
    assert [(float(row["cost"]), row["service_name"], row["tags"]) for row in rows] == [
        (-1.5, None, '{"team": "a"}'),
        (2.0, "db", None),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "lineItem/UsageStartDate,lineItem/UnblendedCost,resourceTags/user:team",
        "line_item_usage_start_date,line_item_unblended_cost,resource_tags_user_team",
    ],
)
def test_a_cost_and_usage_report_has_its_tags_as_one_text(read: Read, header: str) -> None:
    loaded, rows = read(
        "costs", f"{header}\n2026-11-22T00:00:00Z,0.25,a\n2026-11-22T00:00:00Z,1,\n"
    )

    assert loaded.format == "AWS Cost and Usage Report"
    assert [json.loads(row["tags"])["team"] for row in rows] == ["a", None]


def test_metrics_side_by_side_become_one_series_each(read: Read) -> None:
    loaded, rows = read(
        "series", "Time,cart p95,web p95\n2026-11-22 10:00:00,1.5,\n2026-11-22 10:01:00,2,3\n"
    )

    assert loaded.format == "metric series side by side"
    assert [(row["metric"], row["value"] and float(row["value"])) for row in rows] == [
        ("cart p95", 1.5),
        ("web p95", None),
        ("cart p95", 2.0),
        ("web p95", 3.0),
    ]


def test_a_long_series_is_read_as_it_stands(read: Read) -> None:
    loaded, rows = read("series", "timestamp,value\n2026-11-22T10:00:00Z,1\n")

    assert (loaded.format, len(rows)) == ("CSV", 1)


def test_a_cell_that_is_no_number_is_a_bad_record(read: Read) -> None:
    minutes = "".join(f"2026-11-22 10:{n:02d}:00,1,2\n" for n in range(20))
    loaded, _ = read("series", f"time,a,b\n{minutes}2026-11-22 10:20:00,1,NaN\n")

    assert (loaded.rows_read, loaded.rows_bad) == (41, 1)
    assert loaded.bad_records[0].record == 42
