# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the sample audit logs and model logs, and the outputs they must give.

Run from the root of the repository as `python -m tools.make_audit_samples`.
"""

import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from tools.sample_files import onset, write_case, write_csv, write_text

AUDIT, OUTPUT, INPUT = "audit-trail-analysis", "ai-output-analysis", "input-quality-analysis"
START = datetime(2026, 11, 22, tzinfo=UTC)
STAMP = "%Y-%m-%dT%H:%M:%SZ"
READS = ("DescribeInstances", "ListBuckets", "GetObject", "DescribeAlarms")
CHANGES = ("PutObject", "StartInstances", "PutMetricAlarm")


def trail_event(at: datetime, who: str, action: str, ip: str, **more: Any) -> dict[str, Any]:
    """An event of CloudTrail with what the analysis reads, and some of what it does not."""
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::111122223333:user/{who}"},
        "eventTime": at.strftime(STAMP),
        "eventSource": "iam.amazonaws.com" if "User" in action else "ec2.amazonaws.com",
        "eventName": action,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": ip,
        "readOnly": action.startswith(("Describe", "List", "Get")),
    } | more


def stolen_key() -> None:
    """A day of three people; at 18:00 the key of one of them is used from elsewhere."""
    rng = random.Random(20261122)
    events = []
    for number in range(600):
        at = START + timedelta(seconds=number * 144 + rng.randrange(60))
        who = rng.choice(("ann", "bob", "deploy"))
        action = rng.choice(READS * 3 + CHANGES)
        events.append(trail_event(at, who, action, f"198.51.100.{len(who)}"))
    theft = START + timedelta(hours=18)
    for number in range(30):
        at = theft + timedelta(seconds=20 * number)
        refused = {"errorCode": "AccessDenied"}
        events.append(trail_event(at, "deploy", "ListUsers", "203.0.113.66", **refused))
    for number, action in enumerate(("CreateUser", "CreateAccessKey", "AttachUserPolicy")):
        at = theft + timedelta(minutes=12 + number)
        events.append(trail_event(at, "deploy", action, "203.0.113.66"))
    events.append(trail_event(theft + timedelta(minutes=20), "ghost", "GetObject", "203.0.113.66"))
    events.sort(key=lambda event: str(event["eventTime"]))
    for number, event in enumerate(events):
        event["eventID"] = f"e{number:05d}"
    events.append(events[-1])
    write_text(AUDIT, "stolen-key.json", json.dumps({"Records": events}, indent=0) + "\n")
    write_case(
        AUDIT,
        "stolen-key",
        inputs={"audit_log": "stolen-key.json"},
        outputs={
            "events": len(events) - 1,
            "actors": 4,
            "privilege_changes": 3,
            "failed_events": 30,
            "failed_share": 30 / (len(events) - 1),
            "failures_began_at": theft,
            "unusual_actors": 2,
            "new_actors": 1,
            "duplicate_events": 1,
            "gaps": 0,
            "missing_sequence": None,
            "trail_complete": True,
            "focus_actor": "arn:aws:iam::111122223333:user/deploy",
        },
    )


def cluster() -> None:
    """An hour of a cluster: each request in two stages; two are forbidden, one binds a role."""
    lines = []
    requests = [("alice", "get", "pods", "web-1", 200)] * 40
    requests += [("bob", "delete", "pods", "web-1", 403), ("bob", "get", "secrets", "db", 403)]
    requests += [("carol", "create", "rolebindings", "bob-admin", 201)]
    for number, (who, verb, resource, name, code) in enumerate(requests):
        at = START + timedelta(seconds=80 * number)
        event = {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "auditID": f"a{number:04d}",
            "verb": verb,
            "user": {"username": who},
            "sourceIPs": ["10.0.0.7"],
            "objectRef": {"resource": resource, "namespace": "shop", "name": name},
            "requestReceivedTimestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        lines.append({**event, "stage": "RequestReceived"})
        reason = {"reason": "Forbidden"} if code == 403 else {}
        status = {"code": code, **reason}
        lines.append({**event, "stage": "ResponseComplete", "responseStatus": status})
    write_text(AUDIT, "cluster.jsonl", "".join(f"{json.dumps(line)}\n" for line in lines))
    write_case(
        AUDIT,
        "cluster",
        inputs={"audit_log": "cluster.jsonl"},
        outputs={
            "events": len(requests),
            "actors": 3,
            "changes": 2,
            "privilege_changes": 1,
            "failed_events": 2,
            "failed_share": 2 / len(requests),
            "duplicate_events": 0,
        },
    )


def broken_sequence() -> None:
    """A table with sequence numbers of which five are missing, and a silence of two hours."""
    rows = []
    for number in range(300):
        at = START + timedelta(minutes=number + (120 if number >= 200 else 0))
        if not 200 <= number < 205:
            rows.append((at.strftime(STAMP), number, "clerk", "update order", "ok"))
    write_csv(AUDIT, "broken-sequence.csv", ("time", "seq", "user", "action", "result"), rows)
    write_case(
        AUDIT,
        "broken-sequence",
        inputs={"audit_log": "broken-sequence.csv"},
        outputs={
            "events": 295,
            "missing_sequence": 5,
            "gaps": 1,
            "trail_complete": False,
            "privilege_changes": 0,
            "failed_events": 0,
            "duplicate_events": None,
            "new_sources": None,
            "focus_actor": None,
        },
    )


GOOD = "Your parcel {n} is on its way."
Call = dict[str, Any]


def calls(hours: int, broken_from: float, seed: int) -> tuple[list[Call], list[str], list[str]]:
    """Calls of a model with the fault of each output and of each input, empty for none."""
    rng = random.Random(seed)
    made, out_faults, in_faults = [], [], []
    for number in range(hours * 60):
        at = START + timedelta(minutes=number)
        is_broken = at >= START + timedelta(hours=broken_from)
        ask, in_fault = f"Where is parcel {number}?", ""
        answer, out_fault, reason = GOOD.format(n=number), "", "stop"
        if is_broken and rng.random() < 0.5:
            ask, in_fault = f"Where is parcel {{{{parcel_id}}}} of order {number}?", "unfilled"
            answer, out_fault = "I'm sorry, I cannot find that parcel.", "refusal"
        elif rng.random() < 0.004:
            answer, out_fault, reason = answer[:9], "truncated", "length"
        elif rng.random() < 0.004:
            ask, in_fault, answer, out_fault = "", "empty", "", "empty"
        made.append(
            {
                "timestamp": at.strftime(STAMP),
                "model": "parcel-helper",
                "version": "p7" if is_broken else "p6",
                "source": rng.choice(("web", "mail")),
                "prompt": ask,
                "completion": answer,
                "finish_reason": reason,
            }
        )
        out_faults.append(out_fault)
        in_faults.append(in_fault)
    return made, out_faults, in_faults


def model_logs() -> None:
    """A template that lost its value at 06:00, and a quiet morning; each seen from both sides."""
    for name, broken_from, seed in (
        ("broken-template", 6, 20261123),
        ("quiet-morning", 99, 20261124),
    ):
        made, outs, ins = calls(9, broken_from, seed)
        text = "".join(f"{json.dumps(call)}\n" for call in made)
        times = [datetime.strptime(c["timestamp"], "%Y-%m-%dT%H:%M:%S%z") for c in made]
        is_bad = broken_from < 9
        common = {"degraded": is_bad}
        for slug, faults, words in (
            (OUTPUT, outs, ("outputs", "unfit_outputs", "empty_outputs")),
            (INPUT, ins, ("inputs", "unfit_inputs", "empty_inputs")),
        ):
            count = Counter(filter(None, faults))
            unfit = sum(count.values())
            began = onset((at, bool(fault)) for at, fault in zip(times, faults, strict=True))
            outputs = {
                words[0]: len(made),
                words[1]: unfit,
                words[2]: count["empty"],
                "fit_share": 1 - unfit / len(made),
                "quality_fell_at": began,
                **common,
            }
            if slug == OUTPUT:
                outputs |= {"refusals": count["refusal"], "truncated_outputs": count["truncated"]}
                outputs |= {"malformed_outputs": None, "low_scores": None, "mean_score": None}
            else:
                outputs |= {"unfilled_inputs": count["unfilled"], "secret_inputs": 0}
            write_text(slug, f"{name}.jsonl", text)
            write_case(slug, name, inputs={"model_log": f"{name}.jsonl"}, outputs=outputs)


def json_answers() -> None:
    """Answers that must be JSON: fenced, cut short, without a field, and rated."""
    answers = ['{"intent": "track"}', '```json\n{"intent": "x"}\n```', '{"intent": "tr', '{"a": 1}']
    made = [
        {
            "time": (START + timedelta(minutes=n)).strftime(STAMP),
            "prompt": f"q{n}",
            "response": text,
            "rating": 0.25 * (n + 1),
        }
        for n, text in enumerate(answers)
    ]
    write_text(OUTPUT, "json-answers.json", json.dumps(made, indent=1) + "\n")
    write_case(
        OUTPUT,
        "json-answers",
        inputs={"model_log": "json-answers.json"},
        parameters={"expected_format": "json", "required_fields": "intent", "least_score": 0.4},
        outputs={"outputs": 4, "malformed_outputs": 2, "low_scores": 1, "mean_score": 0.625},
    )


def main() -> None:
    """Write every sample with its expected outputs."""
    stolen_key()
    cluster()
    broken_sequence()
    model_logs()
    json_answers()


if __name__ == "__main__":
    main()
