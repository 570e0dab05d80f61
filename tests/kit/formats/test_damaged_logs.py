"""Damaged logs: the right answer, or a refusal; no record is lost, and the digits stay the same.

The outcomes stand in `tests/golden/damage/<format>.txt`, one line for each damage.
"""

import gzip
import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from runner import kit
from tests.conftest import Golden
from tests.kit.formats.damage import (
    DAMAGES,
    Damage,
    check_digits,
    few_at_once,
    insert,
    outcome,
    swap,
)

COUNT = 20
FIVE = "".join(
    f'<11>1 2026-11-22T10:00:{n:02d}Z web1 api 4711 ID47 [a@1 b="c"] select {n} took 12.500\n'
    for n in range(COUNT)
)
OLD = "".join(
    f"<11>Nov 22 10:00:{n:02d} web1 api[4711]: select {n} took 12.500\n" for n in range(COUNT)
)
ACCESS = "".join(
    f'10.0.0.{n} - ann [22/Nov/2026:10:00:{n:02d} +0000] "GET /select?day=2026-11-22&ms=12.500 '
    'HTTP/1.1" 200 12 "-" "curl/8.5" 0.250\n'
    for n in range(COUNT)
)
ALB = "".join(
    f"h2 2026-11-22T10:00:{n:02d}.000000Z app/front/50dc 10.0.0.{n}:2817 10.0.1.5:80 0.001 12.500 "
    '0.049 502 502 34 366 "GET https://api.example.com:443/select HTTP/2.0" "curl/8.5" ECDHE '
    'TLSv1.2 arn:aws:targetgroup "Root=1-58337262" "-" "-" 0\n'
    for n in range(COUNT)
)
LOGFMT = "".join(
    f'ts=2026-11-22T10:00:{n:02d}Z level=error msg="select {n}" status=502 duration_s=12.500\n'
    for n in range(COUNT)
)
PLAIN = "".join(
    f"2026-11-22 10:00:{n:02d},500 ERROR [w] select {n} took 12.500\n" for n in range(COUNT)
)


def otel(n: int) -> dict[str, Any]:
    record = {
        "timeUnixNano": f"{1795341600 + n}000000000",
        "severityText": "ERROR",
        "body": {"stringValue": f"select {n} at 2026-11-22 took 12.500"},
    }
    return {"resourceLogs": [{"resource": {}, "scopeLogs": [{"logRecords": [record]}]}]}


OTEL = "".join(f"{json.dumps(otel(n))}\n" for n in range(COUNT))
FILES = {
    "syslog": FIVE,
    "syslog-3164": OLD,
    "access-log": ACCESS,
    "alb-log": ALB,
    "logfmt": LOGFMT,
    "log": PLAIN,
    "otel-logs": OTEL,
    "text": PLAIN,
}
OWN: dict[str, dict[str, Damage]] = {
    "syslog": {
        "no priority": swap("<11>1 ", ""),
        "a priority of four digits": swap("<11>", "<1111>"),
        "a priority beyond 191": swap("<11>", "<999>"),
        "no version": swap("<11>1 ", "<11> "),
        "no time": swap("2026-11-22T10:00:00Z", "-"),
        "a time without an offset": swap("10:00:00Z", "10:00:00"),
        "a second of 60": swap("10:00:19Z", "10:00:60Z"),
        "an hour of 25": swap("T10:00:19Z", "T25:00:19Z"),
        "brackets that stay open": swap('b="c"]', 'b="c"'),
        "no structured data": swap('[a@1 b="c"]', "-"),
        "two of them": swap('[a@1 b="c"]', '[a@1 b="c"][d@2 e="f"]'),
        "no message": swap(" select 7 took 12.500", ""),
        "a line of the old form": insert("<11>Nov 22 10:00:05 web1 api[47]: x\n", 5),
        "a line with its length first": swap("<11>1", "83 <11>1"),
        "two messages on a line": swap("12.500\n", "12.500"),
    },
    "syslog-3164": {
        "no priority": swap("<11>", ""),
        "no process id": swap("[4711]", ""),
        "no colon": swap("[4711]:", "[4711]"),
        "a month of another language": swap("Nov 22", "Okt 22"),
        "a day of one digit": swap("Nov 22", "Nov  2"),
        "a day that is none": swap("Nov 22", "Nov 31"),
        "the new year": lambda text: text.replace("Nov 22 10:00:1", "Jan  1 10:00:1").encode(),
        "no host": swap(" web1", ""),
        "repeated": insert("<11>Nov 22 10:00:05 web1 last message repeated 7 times\n", 5),
    },
    "access-log": {
        "no request": swap('"GET /select?day=2026-11-22&ms=12.500 HTTP/1.1"', '"-"'),
        "an empty request": swap('"GET /select?day=2026-11-22&ms=12.500 HTTP/1.1"', '""'),
        "a request of bytes": swap("GET /", "\\x16\\x03\\x01"),
        "a quote in the path": swap("day=", "day=\\\""),
        "a request that stays open": swap(' HTTP/1.1"', " HTTP/1.1"),
        "a request without a protocol": swap(" HTTP/1.1", ""),
        "a status of two digits": swap(" 200 ", " 20 "),
        "a status that is a word": swap(" 200 ", " OK "),
        "no status": swap(" 200 ", " - "),
        "bytes below zero": swap(" 12 ", " -1 "),
        "bytes left out": swap(" 12 ", " - "),
        "a month that is none": swap("/Nov/", "/Foo/"),
        "a month of another case": swap("/Nov/", "/NOV/"),
        "a day that is none": swap("[22/", "[32/"),
        "no offset": swap(" +0000]", "]"),
        "another offset": swap("+0000", "-0730"),
        "no brackets": swap("[22/Nov/2026:10:00:00 +0000]", "22/Nov/2026:10:00:00"),
        "an address of IPv6": swap("10.0.0.0 ", "2001:db8::1 "),
        "a name with a space": swap("- ann ", "- ann lee "),
        "the virtual host first": swap("10.0.0.0 ", "shop.example:443 10.0.0.0 "),
        "a time in microseconds": swap("0.250", "250000"),
        "a time of two servers": swap("0.250", "0.250, 0.100"),
        "a user agent that stays open": swap('"curl/8.5" ', '"curl/8.5 '),
    },
    "alb-log": {
        "an unknown connection": swap("h2 ", "quic "),
        "no client port": swap(":2817", ""),
        "no target": swap("10.0.1.5:80", "-"),
        "no answer": swap("0.001 12.500 0.049", "-1 -1 -1"),
        "a time that is a word": swap("0.001", "fast"),
        "no status of the target": swap("502 502", "502 -"),
        "a status that is a word": swap(" 502 502", " OK 502"),
        "bytes below zero": swap("34 366", "-34 366"),
        "no request": swap('"GET https://api.example.com:443/select HTTP/2.0"', '"- - -"'),
        "a request without quotes": swap('"GET ', "GET "),
        "a quote in the user agent": swap("curl/8.5", 'curl\\"8'),
        "no user agent": swap('"curl/8.5"', '"-"'),
        "nothing behind the user agent": swap(
            ' ECDHE TLSv1.2 arn:aws:targetgroup "Root=1-58337262" "-" "-" 0', ""
        ),
        "more fields": swap('"-" "-" 0', '"-" "-" 0 "-" "-" "TID_1"'),
    },
    "logfmt": {
        "a key twice": swap("status=502", "status=502 status=500"),
        "a value that stays open": swap('"select 0"', '"select 0'),
        "a quote in a value": swap('"select 0"', '"say \\"no\\""'),
        "a backslash at the end": swap('"select 0"', '"select 0\\\\"'),
        "a key without a value": swap("status=502", "status="),
        "a key alone": swap("status=502", "status"),
        "no key": swap("status=502", "=502"),
        "blanks around the sign": swap("status=502", "status = 502"),
        "words at the beginning": swap("ts=", "app ts="),
        "a status that is a word": swap("502", "bad"),
        "a comma between": swap(" level", ", level"),
        "a key of another script": swap("status=502", "größe=1 status=502"),
        "a value with an equals sign": swap("status=502", "q=a=b status=502"),
    },
    "log": {
        "a trace behind a line": swap("12.500\n", "12.500\njava.lang.Error: x\n\tat a.B(C)\n"),
        "a line in brackets": swap("2026-11-22 10:00:05,500", "[2026-11-22 10:00:05]"),
        "a month of 13": swap("2026-11-22 10:00:05", "2026-13-22 10:00:05"),
        "an offset": swap("10:00:05,500", "10:00:05,500+02:00"),
        "no level": swap("ERROR ", ""),
        "another level": swap("ERROR", "Fehler"),
        "a Python trace at the end": insert(
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 1\n", -1
        ),
    },
    "otel-logs": {
        "no time": swap('"timeUnixNano": "1795341600000000000", ', ""),
        "a time of zero": swap('"1795341600000000000"', '"0"'),
        "a time that is a number": swap('"1795341600000000000"', "1795341600000000000"),
        "a time that is a word": swap('"1795341600000000000"', '"now"'),
        "a time in seconds": swap('"1795341600000000000"', '"1795341600"'),
        "a body that is a number": swap('"stringValue": "select 0', '"intValue": "7'),
        "no body": swap('"body"', '"corpus"'),
        "no records": swap('"logRecords"', '"records"'),
        "an empty list of records": insert('{"resourceLogs": []}\n', 5),
        "a line of another kind": insert('{"resourceSpans": []}\n', 5),
        "a comma behind a line": swap("}]}]}]}\n", "}]}]}]},\n"),
        "one document, indented": lambda text: json.dumps(otel(0), indent=1).encode(),
        "one document, cut off": lambda text: json.dumps(otel(0), indent=1).encode()[:-9],
        "a bracket too many": swap("}]}]}]}\n", "}]}]}]}]\n"),
    },
    "text": {
        "a NUL line": insert("\0\n", 5),
        "only line ends": lambda text: b"x\n\n\n\n",
        "a form feed": insert("\x0c\n", 5),
        "a line separator of Unicode": insert("a\u2028b\u0085c\n", 5),
    },
}  # fmt: skip
CASES = [(form, name) for form in FILES for name in {**DAMAGES, **OWN.get(form, {})}]


@pytest.fixture
def load(any_log: kit.Key) -> Callable[[str, str], Any]:
    """Loads a damaged file of that format."""

    def load(form: str, name: str) -> Any:
        Path("export.file").write_bytes(damaged(form, name))
        year = 2026 if form == "syslog-3164" else None
        return any_log.load("lines" if form == "text" else "log", "export.file", year=year)

    return load


def damaged(form: str, name: str) -> bytes:
    return {**DAMAGES, **OWN.get(form, {})}[name](FILES[form])


@pytest.mark.parametrize("form", FILES)
def test_a_damaged_log_is_read_right_or_refused(
    load: Callable[[str, str], Any], golden: Golden, form: str
) -> None:
    names = [name for one, name in CASES if one == form]
    assert len(names) >= 60
    told = [f"{name}: {outcome(partial(load, form, name))}" for name in names]

    golden(f"damage/{form}.txt", "\n".join(told) + "\n")


@pytest.mark.parametrize("form", FILES)
def test_no_record_of_a_damaged_log_is_lost(load: Callable[[str, str], Any], form: str) -> None:
    wrong = []
    for name in (name for one, name in CASES if one == form):
        try:
            loaded = load(form, name)
        except kit.InputRefused:
            continue
        found, there = loaded.rows_read + loaded.rows_bad, records(form, damaged(form, name))
        if found != there:
            wrong.append(f"{name}: {found} of {there}")

    assert wrong == []


def records(form: str, content: bytes) -> int:
    """The physical records of a file, counted in another way than the kit does."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    for mark, encoding in ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"),
                           (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):  # fmt: skip
        if content.startswith(mark):
            text = content.decode(encoding, "replace")
            break
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    if form == "text":
        return len(lines)
    lines = [line for line in lines if line.strip(" \t")]
    if form == "log":
        starts = [bool(re.match(r"[\[]?\d{4}-\d\d-\d\d ", line)) for line in lines]
        return sum(starts) + (not starts[0]) if any(starts) else len(lines)
    if form == "otel-logs":
        return otel_records(text)
    return len(lines)


def otel_records(text: str) -> int:
    """Log records, and documents without any, of JSON documents one after another."""
    decoder, at, found = json.JSONDecoder(), text.count("\ufeff"), 0
    while rest := text[at:].lstrip(" \t\n\r,"):
        at = len(text) - len(rest)
        document, at = decoder.raw_decode(text, at)
        for one in document if isinstance(document, list) else [document]:
            found += max(str(one).count("'logRecords': [{"), 1)
    return found


@pytest.mark.parametrize("form", few_at_once(FILES))
def test_the_digits_of_a_damaged_log_are_the_same_in_any_zone_and_with_any_threads(
    any_log: kit.Key, load: Callable[[str, str], Any], zone: Callable[[str], None], form: str
) -> None:
    names = [name for one, name in CASES if one == form]
    told = {name: partial(load, form, name) for name in names if "5 MB" not in name}
    check_digits(any_log, "lines" if form == "text" else "log", told, zone)
