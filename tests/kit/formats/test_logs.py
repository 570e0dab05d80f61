"""What each log format gives of its lines."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from runner import kit

Load = Callable[..., Any]
AT = datetime(2026, 11, 22, 10, 0, 1)
COMBINED = (
    '10.0.0.7 - ann [22/Nov/2026:10:00:01 +0000] "GET /v1/orders?id=7 HTTP/1.1" 502 1234 "-" '
    '"curl/8.5 (\\"x\\")" 0.250\n'
)
ALB = (
    "h2 2026-11-22T10:00:01.000000Z app/front/50dc 10.0.0.7:2817 10.0.1.5:80 0.001 0.200 0.049 502 "
    '502 34 366 "GET https://api.example.com:443/v1/orders?id=7 HTTP/2.0" "curl/8.5" ECDHE TLSv1.2 '
    'arn:aws:targetgroup "Root=1-58337262" "-" "-" 0\n'
)
OTEL = {
    "resourceLogs": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "pay"}}]},
            "scopeLogs": [
                {
                    "logRecords": [
                        {
                            "timeUnixNano": "1795341601000000000",
                            "severityText": "ERROR",
                            "body": {"stringValue": "card declined"},
                            "attributes": [
                                {"key": "http.route", "value": {"stringValue": "/v1/orders"}}
                            ],
                        }
                    ]
                }
            ],
        }
    ]
}

CASES: list[tuple[str, str, str, dict[str, Any]]] = [
    ("combined", COMBINED, "an access log of Apache or nginx",
     {"timestamp": AT, "host": "10.0.0.7", "path": "/v1/orders?id=7", "status": 502,
      "duration_s": Decimal("0.25")}),
    ("common", '::1 - - [22/Nov/2026:12:00:01 +0200] "POST /x HTTP/2" 204 -\n',
     "an access log of Apache or nginx",
     {"timestamp": AT, "host": "::1", "path": "/x", "status": 204, "duration_s": None}),
    ("no request", '10.0.0.7 - - [22/Nov/2026:10:00:01 +0000] "-" 408 0 "-" "-"\n',
     "an access log of Apache or nginx", {"timestamp": AT, "path": None, "status": 408}),
    ("ALB", ALB, "an access log of an AWS load balancer",
     {"timestamp": AT, "path": "/v1/orders?id=7", "status": 502, "duration_s": Decimal("0.25")}),
    ("ALB without answer", ALB.replace("0.001 0.200 0.049", "-1 -1 -1"),
     "an access log of an AWS load balancer", {"status": 502, "duration_s": None}),
    ("RFC 5424", '<11>1 2026-11-22T10:00:01Z web1 api 4711 ID47 [a@1 b="c"] card declined\n',
     "syslog",
     {"timestamp": AT, "level": "error", "host": "web1", "app": "api", "message": "card declined"}),
    ("ISO syslog", "2026-11-22T11:00:01+01:00 web1 sshd[22]: Accepted key\n", "syslog",
     {"timestamp": AT, "level": None, "host": "web1", "app": "sshd", "message": "Accepted key"}),
    ("logfmt", 'ts=2026-11-22T10:00:01Z level=error msg="say \\"no\\"" status=502 path=/x\n',
     "logfmt",
     {"timestamp": AT, "level": "error", "message": 'say "no"', "status": 502, "path": "/x"}),
    ("OpenTelemetry", json.dumps(OTEL), "OpenTelemetry logs as JSON",
     {"timestamp": AT, "level": "ERROR", "message": "card declined", "app": "pay",
      "path": "/v1/orders"}),
    ("OpenTelemetry indented", json.dumps(OTEL, indent=1), "OpenTelemetry logs as JSON",
     {"timestamp": AT, "app": "pay"}),
    ("JSON lines", '{"ts": "2026-11-22T10:00:01Z", "level": "error", "msg": "x", '
     '"http": {"route": "/x"}}\n', "JSON lines",
     {"timestamp": AT, "level": "error", "message": "x", "path": "/x"}),
    ("plain", "2026-11-22 10:00:01,500 ERROR [w-1] pay - card 7 declined\n", "a plain log",
     {"timestamp": AT.replace(microsecond=500000), "level": "ERROR",
      "message": "ERROR [w-1] pay - card 7 declined"}),
    ("plain in brackets", "[2026-11-22T10:00:01+00:00] production.WARNING: slow\n", "a plain log",
     {"timestamp": AT, "level": "WARNING", "message": "production.WARNING: slow"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "form", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_a_line_gives_what_it_says(
    load_log: Load, text: str, form: str, wanted: dict[str, Any]
) -> None:
    loaded, rows = load_log(text)

    assert (loaded.format, loaded.rows_read, loaded.rows_bad) == (form, 1, 0)
    assert {name: rows[0][name] for name in wanted} == wanted


@pytest.mark.parametrize("text", [c[1] for c in CASES if "indented" not in c[0]])
def test_blank_lines_and_carriage_returns_are_no_records(load_log: Load, text: str) -> None:
    line = text.rstrip("\n")

    loaded, rows = load_log(f"{line}\r\n\r\n  \n{line}\n")

    assert (loaded.rows_read, loaded.rows_bad) == (2, 0)
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (COMBINED, "column 8: expected the identity"),
        (ALB, "column 1: expected the kind of connection"),
        (CASES[5][1], "column 1: expected the priority and version"),
        (CASES[7][1], "column 1: expected key=value"),
    ],
)
def test_a_line_of_another_kind_is_a_bad_record_with_its_number(
    load_log: Load, text: str, why: str
) -> None:
    loaded, _ = load_log(text * 5 + "\nkernel panic\n" + text * 5)

    assert (loaded.rows_read, loaded.rows_bad) == (10, 1)
    assert str(loaded.bad_records[0]) == f"record 6, line 7: {why}: kernel panic"


def test_latin_1_lines_are_read_with_a_warning(load_log: Load) -> None:
    loaded, rows = load_log("2026-11-22 10:00:01 ERROR café\n".encode("latin-1"))

    assert rows[0]["message"] == "ERROR café"
    assert "read as Latin-1" in loaded.warnings[0]


@pytest.mark.parametrize("words", ["last message repeated 7 times", "-- MARK --", "at 10:00: no"])
def test_a_syslog_line_without_a_program_is_a_message(load_log: Load, words: str) -> None:
    text = "Nov 22 10:00:01 web1 cron[7]: job\n" * 3 + f"Nov 22 10:00:02 web1 {words}\n"

    loaded, rows = load_log(text, year=2026)

    assert (loaded.rows_read, loaded.rows_bad) == (4, 0)
    assert (rows[3]["host"], rows[3]["app"], rows[3]["message"]) == ("web1", None, words)


def test_a_request_whose_times_are_no_numbers_took_no_known_time(load_log: Load) -> None:
    loaded, rows = load_log(ALB * 3 + ALB.replace("0.200", "long"))

    assert [row["duration_s"] for row in rows] == [Decimal("0.25")] * 3 + [None]
    assert "duration_s: not a number: 0.001 long 0.049" in loaded.warnings[0]


@pytest.mark.parametrize("time", ["1795341601", "1795341601000"])
def test_a_time_of_open_telemetry_in_another_unit_is_no_time_of_1970(
    load_log: Load, time: str
) -> None:
    _, rows = load_log(json.dumps(OTEL).replace("1795341601000000000", time))

    assert rows[0]["timestamp"] == AT


def test_a_line_before_json_is_no_reason_to_read_it_as_a_plain_log(load_log: Load) -> None:
    with pytest.raises(kit.InputRefused, match="malformed at line 1, column 1"):
        load_log("exported today\n" + json.dumps(OTEL) + "\n")


def test_a_syslog_without_years_needs_one_and_goes_on_into_the_next(load_log: Load) -> None:
    text = "".join(
        f"{day} 23:59:5{n} web1 cron[7]: job {n}\n"
        for n, day in enumerate(("Dec 30", "Dec 31", "Jan  1", "Jan  1"))
    )

    with pytest.raises(kit.InputRefused, match="log_year"):
        load_log(text)
    _, rows = load_log(text, year=2026)
    assert [str(row["timestamp"].date()) for row in rows] == [
        *("2026-12-30", "2026-12-31", "2027-01-01", "2027-01-01")
    ]


JAVA = """\
2026-11-22 10:00:01,000 ERROR [w] Handler - Unhandled
java.lang.IllegalStateException: invoice 7 is final
\tat com.acme.Invoice.finalize(Invoice.java:88)
Caused by: java.sql.SQLException: deadlock detected
\t... 12 more
2026-11-22 10:00:02,000 INFO [w] Handler - on

  with an indented part
"""
MIXED = """\
level=info msg=started id=1
Traceback (most recent call last):
  File "/app/worker.py", line 12, in run
    self.handle(event)
KeyError: 'customer_7'
10.0.0.7 - - [22/Nov/2026:10:00:01 +0000] "GET /x HTTP/1.1" 500 12 "-" "-"
{"ts": "2026-11-22T10:00:03Z", "level": "error", "msg": "no"}
2026-11-22 10:00:02 ERROR boom
"""


def test_a_stack_trace_belongs_to_the_record_before_it(load_log: Load) -> None:
    loaded, rows = load_log(JAVA)

    assert (loaded.rows_read, loaded.rows_bad) == (2, 0)
    assert (
        rows[0]["message"].splitlines()[1] == "java.lang.IllegalStateException: invoice 7 is final"
    )
    assert rows[0]["message"].count("\n") == 4
    assert rows[1]["message"].endswith("on\n  with an indented part")


def test_a_log_of_several_programs_is_a_record_a_line_with_traces_joined(load_log: Load) -> None:
    loaded, rows = load_log(MIXED)

    assert loaded.format == "a plain log"
    assert [row["message"].split("\n")[0][:9] for row in rows] == [
        *("level=inf", "Traceback", "10.0.0.7 ", '{"ts": "2', "2026-11-2")
    ]
    assert rows[1]["message"].endswith("KeyError: 'customer_7'")
    assert [str(row["timestamp"])[17:] for row in rows] == ["", "", "01", "03", "02"]
    assert [row["level"] for row in rows] == ["info", None, None, "error", "ERROR"]


def test_a_csv_of_other_columns_is_no_plain_log(load_log: Load) -> None:
    with pytest.raises(kit.InputRefused):
        load_log("when,what,amount\n2026-11-22 10:00:01,ERROR,7\n2026-11-22 10:00:02,ERROR,8\n")
