import gzip
import json
import os
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runner import kit

HEADER = "timestamp,event_type,status,seconds,note\n"
ROW = "2026-11-22T10:00:00Z,paid,200,0.5,\n"
LOG = HEADER + ROW * 30_000


def load(key: kit.Key, content: bytes | str, **more: Any) -> Any:
    path = Path("log.file")
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return key.load("log", path, **more)


def refusal(key: kit.Key, content: bytes | str) -> str:
    with pytest.raises(kit.InputRefused) as refused:
        load(key, content)
    assert "Nothing was computed from it." in str(refused.value)
    return refused.value.happened


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(LOG.encode(), id="plain"),
        pytest.param(LOG.encode("utf-8-sig"), id="byte order mark"),
        pytest.param(LOG.encode("utf-16"), id="UTF-16"),
        pytest.param(gzip.compress(LOG.encode()), id="gzip"),
        pytest.param(gzip.compress(LOG.encode("utf-16")), id="gzip of UTF-16"),
        pytest.param(LOG.replace(",", ";").encode(), id="semicolons"),
        pytest.param(LOG.replace(",", "\t").encode(), id="tabs"),
        pytest.param(LOG.replace(",", "|").encode(), id="bars"),
        pytest.param(LOG.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(LOG.replace("\n", "\r").encode(), id="CR"),
        pytest.param(
            (HEADER + ROW).replace("\n", "\r\n").encode() + ROW.encode() * 29_999, id="mixed"
        ),
        pytest.param(LOG.encode() + b"\n\n", id="blank lines at the end"),
        pytest.param(LOG.encode()[:-1], id="no line end at the end"),
        pytest.param(LOG.replace("event_type", "Event Type").encode(), id="other letter case"),
    ],
)
def test_the_same_log_loads_the_same_however_it_is_written(key: kit.Key, content: bytes) -> None:
    loaded = load(key, content)

    assert (loaded.rows_read, loaded.rows_bad, loaded.warnings) == (30_000, 0, ())
    assert key.row("select distinct * from log") == {
        "timestamp": datetime(2026, 11, 22, 10),
        "event_type": "paid",
        "status": 200,
        "seconds": Decimal("0.5"),
        "note": None,
    }


@pytest.mark.parametrize(
    ("tail", "read", "bad", "why"),
    [
        ("2026-11-22T10:00:00Z,paid\n", 30_000, 1, "it ends before column 3 `status`; 2 of 5"),
        (ROW[:-1] + ",more\n", 30_000, 1, "6 cells, and column 5 `note` is the last"),
        (ROW.replace("200", "95%"), 30_000, 1, "status: not a whole number: 95%"),
        (ROW.replace("200", '"1,234"'), 30_000, 1, "status: not a whole number: 1,234"),
        (ROW.replace("200", "3.7"), 30_000, 1, "status: not a whole number: 3.7"),
        (ROW.replace("2026-11-22T10:00:00Z", ""), 30_000, 1, "timestamp: empty"),
        (ROW.replace("2026-11-22T", "22/11/2026 "), 30_000, 1, "timestamp: not a time that has"),
        (ROW[:-1] + '"oops\n', 30_000, 1, 'column 5 `note`: a quote (") is not closed'),
        (ROW[:-1] + '"one\ntwo ""quoted"""\n', 30_001, 0, ""),
        (ROW[:-1] + "a\0b\n", 30_001, 0, ""),
        (ROW.replace("200", ""), 30_001, 0, ""),
        (ROW.replace("200", "200.0"), 30_001, 0, ""),
    ],
)
def test_every_record_is_read_or_bad(
    key: kit.Key, tail: str, read: int, bad: int, why: str
) -> None:
    loaded = load(key, LOG + tail)

    assert (loaded.rows_read, loaded.rows_bad) == (read, bad)
    assert key.row("select count(*) as n from log") == {"n": read}
    if bad:
        assert loaded.bad_records[0].record == 30_001
        assert loaded.bad_records[0].why.startswith(why)
        assert f"log: 1 of {read + bad:,} records are bad and left out" in loaded.warnings


def test_bad_records_are_numbered_as_in_the_file(key: kit.Key) -> None:
    bad = ROW.replace("200", "x")

    loaded = load(key, HEADER + ROW + "short\n" + ROW + bad + "short\n" + bad + ROW * 20)

    assert [one.record for one in loaded.bad_records] == [2, 4, 5, 6]


def test_latin_1_is_read_with_a_warning(key: kit.Key) -> None:
    loaded = load(key, (LOG + ROW[:-1] + "café\n").encode("latin-1"))

    assert loaded.rows_read == 30_001
    assert loaded.warnings == ("log: not UTF-8, read as Latin-1; letters with accents may differ",)
    assert key.row("select max(note) as note from log") == {"note": "café"}


def test_zst_is_read_and_one_that_is_cut_off_is_not(key: kit.Key) -> None:
    note = ROW[:-1] + '"two\nlines"\n'
    Path("log.csv").write_text(LOG + note)
    key.connection.execute(
        "copy (from read_csv('log.csv', header = false, all_varchar = true, quote = '', "
        "delim = '\x01')) to 'log.zst' (format csv, header false, quote '', compression zstd)"
    )

    assert key.load("log", "log.zst").rows_read == 30_001
    assert key.row("select max(note) as note from log") == {"note": "two\nlines"}
    assert "its zst data are broken" in refusal(key, Path("log.zst").read_bytes()[:-9])


def test_a_value_of_ten_megabytes_is_read(key: kit.Key) -> None:
    loaded = load(key, LOG + ROW[:-1] + "x" * 10_000_000 + "\n")

    assert loaded.rows_read == 30_001
    assert key.row("select max(length(note)) as n from log") == {"n": 10_000_000}


def test_a_header_alone_is_no_rows(key: kit.Key) -> None:
    assert load(key, HEADER).rows_read == 0


def test_a_column_that_is_not_needed_may_be_absent(key: kit.Key) -> None:
    load(key, "created,Event-Type,STATUS CODE\n2026-11-22 10:00,paid,200\n")

    assert key.row("select status, seconds from log") == {"status": 200, "seconds": None}


def test_an_optional_value_that_does_not_fit_is_a_warning(key: kit.Key) -> None:
    loaded = load(key, HEADER + ROW + ROW.replace("0.5", '"1,234.5"'))

    assert (loaded.rows_read, loaded.rows_bad) == (2, 0)
    assert loaded.warnings == (
        "log: 1 records lost an optional value, as seconds: not a number: 1,234.5",
    )


@pytest.mark.parametrize(
    ("text", "zone", "hour"),
    [
        ("2026-11-22T10:00:00Z", "UTC", 10),
        ("2026-11-22T10:00:00+02:00", "UTC", 8),
        ("2026-11-22T10:00:00.123456+0200", "UTC", 8),
        ("2026-11-22 10:00", "UTC", 10),
        ("2026-11-22 10:00", "Europe/Berlin", 9),
        ("2026-11-22T10:00:00Z", "Europe/Berlin", 10),
        ("2026-11-22T10:00:00+02:00", "Europe/Berlin", 8),
        ("1795341600", "Europe/Berlin", 10),
        ("1795341600.5", "UTC", 10),
        ("1795341600000", "UTC", 10),
    ],
)
def test_a_time_is_utc_whatever_the_export_and_the_machine_say(
    key: kit.Key, monkeypatch: pytest.MonkeyPatch, text: str, zone: str, hour: int
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")

    load(key, HEADER + ROW.replace("2026-11-22T10:00:00Z", text), timezone=zone)

    assert key.row("select date_trunc('hour', timestamp) as t from log") == {
        "t": datetime(2026, 11, 22, hour)
    }


@pytest.mark.parametrize(
    "text", ["epoch", "infinity", "now", "22/11/2026 10:00", "11-22-2026", "1795341600000000", "x"]
)
def test_a_time_with_several_readings_is_not_guessed(key: kit.Key, text: str) -> None:
    bad = ROW.replace("2026-11-22T10:00:00Z", text)

    assert load(key, HEADER + ROW * 3 + bad).rows_bad == 1


@pytest.mark.parametrize(
    ("content", "happened"),
    [
        (b"", "it holds 0 bytes"),
        (b"\n \n", "it begins with nothing but blank lines"),
        (b"PK\x03\x04....", "it is a zip archive"),
        (b"\0" * 99, "it is a binary file"),
        (gzip.compress(LOG.encode())[:-30], "its gzip data are broken: Compressed file ended"),
        (gzip.compress(b"x" * 4_000_001), "it unpacks to more than 4,000,000 bytes"),
        (b"x" * 1_100_000, "its first line is longer than 1,048,576 bytes"),
        (
            HEADER + ROW[:-1] + '"oops\n' + ROW * 99,
            'a quote (") opened in record 1, line 2, column 5 `note` is never',
        ),
        (HEADER + "2026-11-22T10:00:00Z,paid,x,,\n" * 3, "3 of its 3 records are bad, too many"),
        (b"[]", "it holds no JSON objects"),
        (b'[{"created": 1', "its JSON is malformed"),
        (b"PAR1 and no more", "its Parquet is broken"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(
    key: kit.Key, content: bytes | str, happened: str
) -> None:
    assert refusal(key, content).startswith(happened)


def test_a_file_of_another_shape_is_refused_with_the_columns_found_and_wanted(
    key: kit.Key,
) -> None:
    assert refusal(key, "id,amount\n1,2\n").splitlines() == [
        "it has no column `timestamp`, no column `event_type`, no column `status`",
        "  Columns found:  `id`, `amount`",
        "  Columns wanted: `timestamp` (or `created`), `event_type`, `status` (or `status code`)",
    ]
    assert "several columns for `status`" in refusal(key, HEADER.replace("note", "Status"))
    assert "Columns found:  `a plain log line`" in refusal(key, "a plain log line\nanother\n")


def test_text_of_the_file_cannot_draw_on_the_terminal(key: kit.Key) -> None:
    assert "`<U+001B>[2Jid`" in refusal(key, "\x1b[2Jid,amount\n1,2\n")

    loaded = load(key, HEADER + ROW * 3 + ROW.replace("200", "\x1b[31m"))
    assert loaded.bad_records[0].why == "status: not a whole number: <U+001B>[31m"


def test_unpacked_copies_are_gone_after_loading(key: kit.Key, tmp_path: Path) -> None:
    load(key, gzip.compress(LOG.encode("utf-16")))

    assert not list(key._scratch.iterdir())


def test_what_is_no_file_is_refused_without_waiting(key: kit.Key) -> None:
    os.mkfifo("pipe")

    for path in ("pipe", ".", "/dev/null", "nothing.csv"):
        with pytest.raises(kit.InputRefused):
            key.load("log", path)


@pytest.mark.parametrize("name", ["it's.csv", 'a"b.csv', "a*[b].csv", "a;b c.csv", "../up.csv"])
def test_any_path_is_only_a_path(key: kit.Key, tmp_path: Path, name: str) -> None:
    (tmp_path / "here").mkdir()
    path = tmp_path / "here" / name
    path.write_text(HEADER + ROW)

    assert key.load("log", path).rows_read == 1


@pytest.mark.parametrize("count", [100, 1_000, 10_000])
def test_the_size_of_an_export_page_is_a_warning(key: kit.Key, count: int) -> None:
    warning = f"log: exactly {count:,} records; the export may be cut off"

    assert load(key, HEADER + ROW * count).warnings == (warning,)
    assert load(key, HEADER + ROW * (count + 1)).warnings == ()


def test_json_lines_keep_count_of_lines_that_are_no_objects(key: kit.Key) -> None:
    good = '{"created": 1795341600, "event_type": "paid", "status": 200, "note": {"a": 1}}\n'

    loaded = load(key, good + "\n" + good + "no json\n[1]\n" + good)

    assert (loaded.rows_read, loaded.rows_bad) == (3, 2)
    assert [one.record for one in loaded.bad_records] == [3, 4]
    assert key.row("select max(note) as note from log") == {"note": '{"a":1}'}


def test_a_json_array_is_a_table(key: kit.Key) -> None:
    text = '[{"timestamp": "2026-11-22T10:00:00Z", "event_type": "x", "status": "200"},\n {}]'

    with pytest.raises(kit.InputRefused):
        load(key, '[{"a": 1}]')
    assert load(key, text).rows_bad == 1


def test_a_published_table_can_be_loaded_again(key: kit.Key, tmp_path: Path) -> None:
    load(key, HEADER + ROW * 7)
    key.table("by_type", key.sql("from log"))

    assert key.load("log", tmp_path / "out" / "tables" / "by_type.parquet").rows_read == 7


def test_typed_parquet_loads_as_the_text_of_the_same_does(key: kit.Key) -> None:
    rows = "values (timestamp '2026-11-22 10:00', 'paid', 200::bigint, 0.5::decimal(38, 9)), "
    rows += "(null, 'paid', 201, null)"
    names = "(timestamp, event_type, status, seconds)"
    typed = f"from ({rows}) t{names}"
    untyped = "select timestamp::varchar as timestamp, event_type, status::integer as status, "
    untyped += f"seconds {typed}"
    key.connection.execute(f"copy (select * {typed}) to 'typed.parquet' (format parquet)")
    key.connection.execute(f"copy ({untyped}) to 'untyped.parquet' (format parquet)")

    first = key.load("log", "typed.parquet")
    found = key.sql("from log").fetchall()

    assert (first.rows_read, first.rows_bad) == (1, 1)
    assert first.bad_records[0].why == "timestamp: empty"
    assert key.load("log", "untyped.parquet").bad_records == first.bad_records
    assert key.sql("from log").fetchall() == found


def test_a_window_keeps_its_first_moment_and_not_its_last(key: kit.Key) -> None:
    rows = "".join(ROW.replace("T10", f"T{hour}") for hour in (10, 11, 12))

    load(key, HEADER + rows, between=("2026-11-22T10:00:00Z", "2026-11-22T12:00:00Z"))

    assert key.row("select count(*) as n, max(timestamp) as last from log") == {
        "n": 2,
        "last": datetime(2026, 11, 22, 11),
    }


def test_a_plain_log_is_lines_with_their_numbers(key: kit.Key) -> None:
    Path("app.log").write_text('first, line\n\n"third\n')

    assert key.load("lines", "app.log").rows_read == 3
    assert key.sql("from lines order by record").fetchall() == [
        ("first, line", 1),
        (None, 2),
        ('"third', 3),
    ]


MAPPED = "at,kind,http,status\n2026-11-22T10:00:00Z,paid,200,yes\n"


def test_columns_may_be_told(key: kit.Key) -> None:
    Path("log.csv").write_text(MAPPED, "utf-8")
    mapping = "timestamp=at, event_type=kind, log.status=HTTP"
    told = kit.open_key("jupyter-delivery-log", mapping)

    loaded = told.load("log", "log.csv")

    assert loaded.columns == (("timestamp", "at"), ("event_type", "kind"), ("status", "http"))
    assert told.row("select event_type, status from log") == {"event_type": "paid", "status": 200}


@pytest.mark.parametrize("content", [MAPPED, '{"at": 1795341600, "kind": "x", "http": 1}\n'])
def test_a_told_column_that_is_not_there_is_refused_with_what_is_alike(
    key: kit.Key, content: str
) -> None:
    Path("log.file").write_text(content, "utf-8")
    told = kit.open_key(
        "jupyter-delivery-log", "timestamp=at, event_type=kind, note=htp, status=http"
    )

    with pytest.raises(kit.InputRefused, match=r"no column `htp for note \(did you mean http\?\)`"):
        told.load("log", "log.file")


def test_a_told_column_may_be_a_nested_one(key: kit.Key) -> None:
    record = {"timestamp": "2026-11-22T10:00:00Z", "event_type": "x", "reply": {"code": 503}}
    Path("log.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    told = kit.open_key("jupyter-delivery-log", "status=reply.code")

    told.load("log", "log.jsonl")

    assert told.row("select status from log") == {"status": 503}


@pytest.mark.parametrize(
    ("mapping", "why"),
    [("stauts=x", "did you mean status?"), ("status", "is no pair such as endpoint=path")],
)
def test_a_column_that_no_input_has_is_no_use(key: kit.Key, mapping: str, why: str) -> None:
    with pytest.raises(kit.KitMisuse, match=re.escape(why)):
        kit.open_key("jupyter-delivery-log", mapping)
