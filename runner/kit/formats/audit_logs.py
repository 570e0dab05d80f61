# ruff: noqa: S608 - every path in the SQL is written here
"""Audit logs as JSON: AWS CloudTrail (`Records`), and the API server of Kubernetes."""

import re

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.json_records import as_lines, as_utf8, materialise
from runner.kit.formats.json_text import Records, list_path
from runner.kit.readable_file import HEAD_BYTES
from runner.kit.records import UNREAD_KEPT, RawRecords
from runner.model.contract import DeclaredInput

_TRAIL = re.compile(r'"eventVersion"\s*:|"eventSource"\s*:\s*"[\w-]+\.amazonaws\.com"')
_CLUSTER = re.compile(r'"(apiVersion)"\s*:\s*"audit\.k8s\.io/')
_TARGETS = (
    *("bucketName", "roleName", "userName", "groupName", "policyArn", "instanceId"),
    *("functionName", "keyId", "secretId", "name"),
)


def claims_trail(head: Head, declared: DeclaredInput) -> bool:
    """Whether it is JSON in which an event of CloudTrail stands within the head."""
    return _is_json(head) and bool(_TRAIL.search(head.text)) and '"eventName"' in head.text


def claims_cluster(head: Head, declared: DeclaredInput) -> bool:
    """Whether it is JSON in which an event of the audit API of Kubernetes stands in the head."""
    return _is_json(head) and bool(_CLUSTER.search(head.text)) and '"auditID"' in head.text


def read_trail(reading: Reading) -> RawRecords:
    """An event each; a refused login is a failure although it carries no error code."""
    arn = "r->>'$.userIdentity.arn'"
    login = "coalesce(r->>'$.responseElements.ConsoleLogin', '')"
    named = ", ".join(f"r->>'$.requestParameters.{name}'" for name in _TARGETS)
    return _read_fields(
        reading,
        ("timestamp", "r->>'$.eventTime'"),
        ("event_id", "r->>'$.eventID'"),
        (
            "actor",
            f"coalesce({arn}, r->>'$.userIdentity.userName', r->>'$.userIdentity.principalId', "
            "r->>'$.userIdentity.invokedBy')",
        ),
        ("actor_type", "r->>'$.userIdentity.type'"),
        ("action", "r->>'$.eventName'"),
        ("service", "r->>'$.eventSource'"),
        ("resource", f"coalesce({named}, r->>'$.resources[0].ARN')"),
        (
            "outcome",
            "case when coalesce(r->>'$.errorCode', '') <> '' or "
            f"{login} = 'Failure' then 'failure' else 'success' end",
        ),
        ("error", f"coalesce(r->>'$.errorCode', case {login} when 'Failure' then 'Failure' end)"),
        ("source_ip", "r->>'$.sourceIPAddress'"),
        ("read_only", "r->>'$.readOnly'"),
    )


def read_cluster(reading: Reading) -> RawRecords:
    """An event each: one of a request's stages. An answer of 400 and above is a failure."""
    code = "try_cast(r->>'$.responseStatus.code' as integer)"
    return _read_fields(
        reading,
        ("timestamp", "coalesce(r->>'$.requestReceivedTimestamp', r->>'$.stageTimestamp')"),
        ("event_id", "r->>'$.auditID'"),
        ("actor", "coalesce(r->>'$.impersonatedUser.username', r->>'$.user.username')"),
        (
            "actor_type",
            "case when starts_with(r->>'$.user.username', 'system:') then 'system' else 'user' end",
        ),
        ("action", "r->>'$.verb'"),
        ("service", "r->>'$.objectRef.apiGroup'"),
        (
            "resource",
            "concat_ws('/', r->>'$.objectRef.namespace', r->>'$.objectRef.resource', "
            "r->>'$.objectRef.name', r->>'$.objectRef.subresource')",
        ),
        (
            "outcome",
            f"case when {code} >= 400 or r->>'$.stage' = 'Panic' then 'failure' "
            f"when {code} is not null then 'success' end",
        ),
        ("error", f"case when {code} >= 400 then r->>'$.responseStatus.reason' end"),
        ("source_ip", "r->>'$.sourceIPs[0]'"),
        ("read_only", "(r->>'$.verb' in ('get', 'list', 'watch'))::varchar"),
        ("stage", "r->>'$.stage'"),
    )


CLOUDTRAIL = Format("cloudtrail", "AWS CloudTrail", claims_trail, read_trail)
KUBERNETES = Format("kubernetes-audit", "Kubernetes audit log", claims_cluster, read_cluster)


def _is_json(head: Head) -> bool:
    return head.text.lstrip()[:1] in ("{", "[")


def _read_fields(reading: Reading, *fields: tuple[str, str]) -> RawRecords:
    """The objects of the file, in a list or not, each as columns: names and SQL over `r`."""
    reading, warnings = as_utf8(reading)
    with reading.path.open("rb") as file:
        head = Head.of(file.read(HEAD_BYTES), False)
    path = list_path(head.text.lstrip(), reading.declared)
    records = Records(reading.path, path)
    unread = materialise(reading.at(as_lines(reading, records)))
    values = ", ".join(f"{sql} as c{place}" for place, (_, sql) in enumerate(fields))
    reading.con.execute("drop table if exists kit_raw")
    reading.con.execute(
        f"create temp table kit_raw as select {values} from "
        "(select json as r from kit_json where is_object order by record)"
    )
    reading.con.execute("drop table kit_json")
    if records.more:
        warnings += (f"{reading.source.name}: the export says that there are further pages",)
    names = {f"c{place}": name for place, (name, _) in enumerate(fields)}
    return RawRecords(names, unread[:UNREAD_KEPT], len(unread), warnings)
