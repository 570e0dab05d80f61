"""Ways in which an export arrives damaged, each applied to a good file of text."""

import bz2
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest

from runner import kit

Damage = Callable[[str], bytes]


def outcome(load: Callable[[], Any]) -> str:
    """What came of loading a damaged file, on one line."""
    try:
        loaded = load()
    except kit.InputRefused as refused:
        if ", and this input is " in refused.happened:
            return "refused: it is of no format that the input accepts"
        return "refused: " + " / ".join(refused.happened.splitlines())[:150]
    bad = "".join(f"; {str(one)[:100]}" for one in loaded.bad_records[:1])
    warned = "".join(f"; {text.partition(': ')[2]}" for text in loaded.warnings)
    return f"{loaded.rows_read} read, {loaded.rows_bad} bad{bad}{warned[:90]}"


def few_at_once(forms: Iterable[str]) -> list[Any]:
    """The formats as parameters of a slow test: two in every run of the tests, all in the long."""
    first, second, *others = forms
    return [first, second, *(pytest.param(form, marks=pytest.mark.long) for form in others)]


def check_digits(
    key: kit.Key, table: str, loads: Mapping[str, Callable[[], Any]], zone: Callable[[str], None]
) -> None:
    """The same rows in UTC with one thread, and in New York with two."""

    def digits(threads: int, time_zone: str) -> dict[str, tuple[str, Any]]:
        zone(time_zone)
        key.connection.execute(f"set threads = {threads}")
        return {name: _told_with_rows(key, table, load) for name, load in loads.items()}

    first, second = digits(1, "UTC"), digits(2, "America/New_York")
    wrong = [(name, first[name], second[name]) for name in loads if first[name] != second[name]]
    assert not wrong, wrong


def _told_with_rows(key: kit.Key, table: str, load: Callable[[], Any]) -> tuple[str, Any]:
    told = outcome(load)
    query = f"select count(*), md5(string_agg(t::varchar, '/')) from {table} t"
    return told, None if told.startswith("refused") else key.sql(query).fetchall()


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def insert(what: str, place: int) -> Damage:
    """A line of its own before the line of that number, counted from the end where negative."""

    def damaged(text: str) -> bytes:
        found = lines(text)
        found.insert(place if place >= 0 else len(found) + 1 + place, what)
        return "".join(found).encode()

    return damaged


def swap(old: str, new: str, times: int = 1) -> Damage:
    """The first places where `old` stands say `new`."""
    return lambda text: text.replace(old, new, times).encode()


def zipped(text: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("export.csv", text)
    return held.getvalue()


def cut(share: float) -> Damage:
    """The first part of the bytes."""
    return lambda text: text.encode()[: int(len(text.encode()) * share)]


DAMAGES: dict[str, Damage] = {
    "nothing": lambda text: text.encode(),
    "a byte order mark": lambda text: text.encode("utf-8-sig"),
    "two byte order marks": lambda text: b"\xef\xbb\xbf" + text.encode("utf-8-sig"),
    "UTF-16 with a mark": lambda text: text.encode("utf-16"),
    "UTF-16 big-endian with a mark": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-32 with a mark": lambda text: text.encode("utf-32"),
    "a Latin-1 letter": lambda text: text.replace("select", "größe", 1).encode("latin-1"),
    "a cut UTF-8 letter": lambda text: text.encode().replace(b"select", b"gr\xc3", 1),
    "a NUL in a value": swap("select", "sel\0ect"),
    "an escape sequence in a value": swap("select", "\x1b[31mselect"),
    "a bidi mark in a value": swap("select", "\u202eselect"),
    "an emoji in a value": swap("select", "\U0001f600"),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "line ends of old Macs": lambda text: text.replace("\n", "\r").encode(),
    "mixed line ends": lambda text: text.replace("\n", "\r\n", 5).encode(),
    "no line end at the end": lambda text: text.rstrip("\n").encode(),
    "blank lines at the end": lambda text: (text + "\n\n\n").encode(),
    "blank lines at the beginning": lambda text: ("\n\n" + text).encode(),
    "a blank line in the middle": insert("\n", 9),
    "a line of spaces in the middle": insert("   \n", 9),
    "a line of words at the beginning": insert("-- exported today\n", 0),
    "a line of words in the middle": insert("-- exported today\n", 9),
    "a line of words at the end": insert("-- 20 rows\n", -1),
    "a line of commas in the middle": insert(",,,,,,,\n", 9),
    "a lone quote in the middle": insert('"\n', 9),
    "a lone quote at the end": insert('"\n', -1),
    "a brace in the middle": insert("{\n", 9),
    "a JSON list in the middle": insert("[1, 2]\n", 9),
    "a prompt of a shell at the end": insert("root@db:~# \n", -1),
    "a tab before the first line": lambda text: ("\t" + text).encode(),
    "spaces after every line": lambda text: text.replace("\n", "   \n").encode(),
    "the file twice": lambda text: (text + text).encode(),
    "the file twice without a line end between": lambda text: (text.rstrip("\n") + text).encode(),
    "cut off at half": cut(0.5),
    "cut off at 99 %": cut(0.99),
    "the first line only": lambda text: lines(text)[0].encode(),
    "the first line cut off": lambda text: lines(text)[0][:25].encode(),
    "a line of 5 MB in the middle": insert("x" * 5_000_000 + "\n", 9),
    "a value of 5 MB": swap("select", "select " + "x" * 5_000_000),
    "a time without a date": swap("2026-11-22", ""),
    "a time of another order": swap("2026-11-22", "22/11/2026"),
    "a day that does not exist": swap("2026-11-22", "2026-02-30"),
    "every time of another order": swap("2026-11-22", "22.11.2026", 1_000),
    "a duration that is a word": swap("12.500", "long"),
    "a duration with a comma": swap("12.500", "12,500"),
    "no bytes": lambda text: b"",
    "spaces only": lambda text: b"  \n \n",
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip that is cut off": lambda text: gzip.compress(text.encode() * 50)[:-30],
    "gzip of gzip": lambda text: gzip.compress(gzip.compress(text.encode())),
    "gzip with bytes behind it": lambda text: gzip.compress(text.encode()) + b"behind",
    "zlib without a header": lambda text: zlib.compress(text.encode()),
    "bzip2": lambda text: bz2.compress(text.encode()),
    "a zip archive": zipped,
    "binary": lambda text: bytes(range(256)) * 4,
    "a web page": lambda text: b"<!doctype html>\n<html><body>Sign in, please</body></html>\n",
    "a message of JSON": lambda text: b'{"error": "token expired"}\n',
}
