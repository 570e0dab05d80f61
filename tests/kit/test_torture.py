"""Files as they should not be: each is read right, or refused with its place."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner import kit

HEAD = "timestamp,event_type,status,seconds,note\n"
ROW = "2026-11-22T10:00:00Z,paid,200,0.5,\n"
GOOD = HEAD + ROW * 20
LONG = ROW * 40
EVENT = {"timestamp": "2026-11-22T10:00:00Z", "event_type": "paid", "status": 200}
LINES = (json.dumps(EVENT) + "\n") * 20

READ: list[tuple[str, bytes, int, int]] = [
    # what, content, records read, records bad
    ("short row", (GOOD + "2026-11-22T10:00:00Z,paid\n").encode(), 20, 1),
    ("every row ends in a comma", GOOD.replace("0.5,\n", "0.5,,\n").encode(), 20, 0),
    ("long row", (GOOD + ROW[:-1] + ",a,b\n").encode(), 20, 1),
    ("quoted line end", (GOOD + ROW[:-1] + '"one\ntwo"\n').encode(), 21, 0),
    ("quoted line end late", (HEAD + LONG * 600 + ROW[:-1] + '"a\nb"\n').encode(), 24_001, 0),
    ("doubled quotes", (GOOD + ROW[:-1] + '"say ""no"""\n').encode(), 21, 0),
    ("quote inside a cell", (GOOD + ROW[:-1] + '5" pipe\n').encode(), 21, 0),
    ("text after a quote", (GOOD + ROW[:-1] + '"a"b\n').encode(), 20, 1),
    ("NUL in a cell", (GOOD + ROW[:-1] + "a\0b\n").encode(), 21, 0),
    ("no end of line", GOOD.encode()[:-1], 20, 0),
    ("cut off in the last row", GOOD.encode()[:-12], 19, 1),
    ("blank lines at the end", (GOOD + "\n\n\n").encode(), 20, 0),
    ("CRLF", GOOD.replace("\n", "\r\n").encode(), 20, 0),
    ("CR", GOOD.replace("\n", "\r").encode(), 20, 0),
    ("CRLF and LF mixed", GOOD.replace("\n", "\r\n", 9).encode(), 20, 0),
    ("byte order mark", GOOD.encode("utf-8-sig"), 20, 0),
    ("UTF-16 little", GOOD.encode("utf-16-le").join([b"\xff\xfe", b""]), 20, 0),
    ("UTF-16 big", GOOD.encode("utf-16-be").join([b"\xfe\xff", b""]), 20, 0),
    ("UTF-32", GOOD.encode("utf-32"), 20, 0),
    ("Latin-1", (GOOD + ROW[:-1] + "café\n").encode("latin-1"), 21, 0),
    ("a broken byte", GOOD.encode() + ROW[:-1].encode() + b"\xff\n", 21, 0),
    ("gzip", gzip.compress(GOOD.encode()), 20, 0),
    ("two gzip members", gzip.compress(HEAD.encode()) + gzip.compress((ROW * 20).encode()), 20, 0),
    ("semicolons", GOOD.replace(",", ";").encode(), 20, 0),
    ("tabs", GOOD.replace(",", "\t").encode(), 20, 0),
    ("bars", GOOD.replace(",", "|").encode(), 20, 0),
    ("other letter case", GOOD.replace("status", "STATUS").encode(), 20, 0),
    ("blanks around names", GOOD.replace("status", " status ").encode(), 20, 0),
    ("blanks around values", GOOD.replace(",200,", ", 200\t,").encode(), 20, 0),
    ("percent sign", (GOOD + ROW.replace("200", "95%")).encode(), 20, 1),
    ("thousands", (GOOD + ROW.replace("200", '"1,234"')).encode(), 20, 1),
    ("decimals in a whole number", (GOOD + ROW.replace("200", "200.5")).encode(), 20, 1),
    ("huge whole number", (GOOD + ROW.replace("200", "9" * 30)).encode(), 20, 1),
    ("day before month", (GOOD + ROW.replace("2026-11-22T", "22/11/2026 ")).encode(), 20, 1),
    ("no such day", (GOOD + ROW.replace("2026-11-22", "2026-02-30")).encode(), 20, 1),
    ("epoch in ms", (GOOD + ROW.replace("2026-11-22T10:00:00Z", "1795341600000")).encode(), 21, 0),
    ("epoch in µs", (GOOD + ROW.replace("2026-11-22T10:00:00Z", "1795341600000000")).encode(),
     20, 1),
    ("time left out", (GOOD + ROW.replace("2026-11-22T10:00:00Z", "")).encode(), 20, 1),
    ("a value of 2 MB", (GOOD + ROW[:-1] + "x" * 2_000_000 + "\n").encode(), 21, 0),
    ("300 columns", (GOOD.replace("note", "note," + ",".join(f"x{n}" for n in range(295)), 1)
                     .replace("0.5,\n", "0.5," + "," * 295 + "\n")).encode(), 20, 0),
    ("JSON lines", LINES.encode(), 20, 0),
    ("JSON lines, one broken", (LINES + "{oops\n").encode(), 20, 1),
    ("JSON lines, one a list", (LINES + "[1]\n").encode(), 20, 1),
    ("JSON lines, cut off", LINES.encode()[:-30], 19, 1),
    ("JSON lines, blank ones", LINES.replace("\n", "\n\n").encode(), 20, 0),
    ("JSON lines, byte order mark", LINES.encode("utf-8-sig"), 20, 0),
    ("JSON lines, UTF-16", LINES.encode("utf-16"), 20, 0),
    ("JSON lines, a name twice", (LINES + '{"timestamp": "x", "timestamp": "2026-11-22", '
                                  '"event_type": "a", "status": 1}\n').encode(), 20, 1),
    ("JSON array", json.dumps([EVENT] * 20).encode(), 20, 0),
    ("JSON array, a number in it", json.dumps([*([EVENT] * 20), 7]).encode(), 20, 1),
    ("JSON wrapped", json.dumps({"data": [EVENT] * 20}).encode(), 20, 0),
    ("JSON indented", json.dumps([EVENT] * 20, indent=4).encode(), 20, 0),
    ("JSON null", (LINES + json.dumps(EVENT | {"status": None}) + "\n").encode(), 21, 0),
]  # fmt: skip

PLACES: list[tuple[str, str, str]] = [
    # what, content, the bad record
    ("an empty cell too many", GOOD + ROW[:-1] + "a,\n",
     "record 21, line 22: 6 cells, and column 5 `note` is the last of 5: "
     "2026-11-22T10:00:00Z,paid,200,0.5,a,"),
    ("a decimal comma", GOOD + ROW.replace("0.5", "0,5"),
     "record 21, line 22: 6 cells, and column 5 `note` is the last of 5: "
     "2026-11-22T10:00:00Z,paid,200,0,5,"),
    ("a cell too few", GOOD + "2026-11-22T10:00:00Z,paid,200\n",
     "record 21, line 22: it ends before column 4 `seconds`; 3 of 5 cells: "
     "2026-11-22T10:00:00Z,paid,200"),
    ("behind a blank line", GOOD + "\n\na,b\n",
     "record 21, line 24: it ends before column 3 `status`; 2 of 5 cells: a,b"),
    ("behind a quoted line end", GOOD + ROW[:-1] + '"one\ntwo"\n' + ROW.replace("200", "x"),
     "record 22, line 24: status: not a whole number: x"),
    ("text after a quote", GOOD + ROW[:-1] + '"a"b\n',
     'record 21, line 22: column 5 `note`: a quote (") is not closed, or text follows it: '
     '2026-11-22T10:00:00Z,paid,200,0.5,"a"b'),
    ("no time", GOOD + ROW.replace("2026-11-22T10:00:00Z", ""),
     "record 21, line 22: timestamp: empty"),
    ("a line of JSON", LINES + "\n{oops\n" + LINES,
     "record 21, line 22: not a JSON object: column 2: Expecting property name enclosed in double "
     "quotes: {oops"),
]  # fmt: skip

REFUSED: list[tuple[str, bytes, str]] = [
    ("nothing", b"", "0 bytes"),
    ("blanks", b" \n\t\n", "nothing but blank lines"),
    ("zip", b"PK\x03\x04" + b"x" * 99, "a zip archive"),
    ("bzip2", b"BZh9" + b"x" * 99, "a bzip2 archive"),
    ("xz", b"\xfd7zXZ\0" + b"x" * 99, "a xz archive"),
    ("binary", bytes(range(256)) * 4, "a binary file"),
    ("gzip cut off", gzip.compress(GOOD.encode() * 99)[:-40], "gzip data are broken"),
    ("gzip with a wrong sum", gzip.compress(GOOD.encode())[:-8] + b"x" * 8, "gzip data are broken"),
    ("gzip bomb", gzip.compress(b"0" * 4_000_001), "unpacks to more than"),
    ("quote without end", (HEAD + ROW[:-1] + '"oops\n' + ROW * 99).encode(),
     "in record 1, line 2, column 5 `note` is never closed"),
    ("a first line without end", b"x" * 1_100_000, "first line is longer"),
    ("other columns", b"id,amount\n1,2\n", "no column `timestamp`"),
    ("a column twice", GOOD.replace("note", "Status", 1).encode(), "several columns for `status`"),
    ("no header", (ROW * 20).encode(), "no column `timestamp`"),
    ("a preamble", b"# exported 2026-11-22\n\n" + GOOD.encode(), "no column `timestamp`"),
    ("HTML", b"<!doctype html><title>Sign in</title>\n", "no column `timestamp`"),
    ("all bad", (HEAD + ROW.replace("200", "x") * 20).encode(), "20 of its 20 records are bad"),
    ("JSON cut off", json.dumps([EVENT] * 20).encode()[:-9], "malformed at line 1, column"),
    ("JSON cut off, indented", json.dumps([EVENT] * 3, indent=1).encode()[:-9],
     "at line 15, column"),
    ("wrapped JSON cut off", json.dumps({"data": [EVENT] * 9}).encode()[:-5], "at line 1, column"),
    ("JSON of other names", b'{"a": 1}\n{"a": 2}\n', "no column `timestamp`"),
    ("JSON of numbers", b"[1, 2, 3]", "no column"),
    ("an empty array", b"[]", "no JSON objects"),
    ("Parquet cut off", b"PAR1" + b"\0" * 99, "Parquet is broken"),
]  # fmt: skip

Load = Callable[[bytes], Any]


@pytest.fixture
def load(key: kit.Key) -> Load:
    def load(content: bytes) -> Any:
        Path("log.file").write_bytes(content)
        return key.load("log", "log.file")

    return load


@pytest.mark.parametrize(
    ("content", "read", "bad"), [c[1:] for c in READ], ids=[c[0] for c in READ]
)
def test_every_record_is_read_or_counted_as_bad(
    load: Load, key: kit.Key, content: bytes, read: int, bad: int
) -> None:
    loaded = load(content)

    assert (loaded.rows_read, loaded.rows_bad) == (read, bad)
    assert key.row("select count(*) as n from log") == {"n": read}
    if bad:
        assert [one.record for one in loaded.bad_records] == [read + 1]


@pytest.mark.parametrize(("content", "said"), [c[1:] for c in PLACES], ids=[c[0] for c in PLACES])
def test_a_bad_record_is_told_with_its_line_and_column(load: Load, content: str, said: str) -> None:
    loaded = load(content.encode())

    assert [str(one) for one in loaded.bad_records] == [said]


@pytest.mark.parametrize(
    ("content", "words"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    load: Load, content: bytes, words: str
) -> None:
    with pytest.raises(kit.InputRefused) as refused:
        load(content)

    assert words in refused.value.happened
