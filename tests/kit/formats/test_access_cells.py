"""Access logs of which all lines have the usual cells give what the pattern gives, or go to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.kit.formats.access_cells import _width
from runner.kit.formats.access_log import PATTERN

Load = Callable[..., Any]
USUAL = '10.0.0.{n} - - [22/Nov/2026:10:0{n}:01 {zone}] "{asked}" {status} {size}{more}\n'
ODD = '10.0.0.9 - - [22/Nov/2026:10:09:01 +0000] "GET /odd HTTP/1.1" 200 7 "-" "a \\"b\\"" 0.5\n'
ASKED = ("GET /v1/orders?id=7 HTTP/1.1", "PURGE /x HTTP/1.1", "-", "", "GET", "get /x", "POST /é ")
MORE = {"common": "", "combined": ' "-" "curl/8.5 (x)"', "timed": ' "-" "curl/8.5" {took}'}


def usual(form: str, zone: str = "+0000") -> str:
    took = ("0.250", "-", "12", "1.000")
    return "".join(
        USUAL.format(n=n % 10, zone=zone, asked=asked, status=200 + n, size=("-", 12)[n % 2],
                     more=MORE[form].format(took=took[n % 4]))
        for n, asked in enumerate(ASKED)
    )  # fmt: skip


@pytest.mark.parametrize("zone", ["+0000", "+0200", "-0930"])
@pytest.mark.parametrize("form", list(MORE))
def test_cells_give_what_the_pattern_gives(load_log: Load, form: str, zone: str) -> None:
    text = usual(form, zone) * 3
    by_cells, rows = load_log(text)

    by_pattern, same = load_log(text + ODD)

    assert _width(Path("a.log")) in (8, 10, 11)
    assert (by_cells.rows_read, by_cells.rows_bad) == (len(ASKED) * 3, 0)
    assert rows == same[:-1]
    assert by_pattern.rows_read == by_cells.rows_read + 1
    assert same[-1]["path"] == "/odd"


@pytest.mark.parametrize(
    ("line", "read", "bad"),
    [
        (ODD, 1, 0),
        ("\n \n", 0, 0),
        ("no request\n", 0, 1),
        (ODD.replace("200", "2e2"), 0, 1),
        (ODD.replace("Nov", "November"), 1, 0),
        (ODD.replace(' "-" "a \\"b\\"" 0.5', ""), 1, 0),
        (ODD.replace('\\"b\\"" 0.5\n', "\n") + ODD.replace('"a \\"b\\""', '"'), 2, 0),
        (ODD.replace('"a \\"b\\"" 0.5', '"a" 0.5 "b"'), 1, 0),
    ],
)
def test_a_line_out_of_the_usual_is_read_or_bad(
    load_log: Load, line: str, read: int, bad: int
) -> None:
    loaded, rows = load_log(usual("timed") * 3 + line)

    assert (loaded.rows_read, loaded.rows_bad) == (len(ASKED) * 3 + read, bad)
    assert len(rows) == loaded.rows_read


def test_the_pattern_takes_all_that_the_cells_take() -> None:
    import re

    for form in MORE:
        assert all(re.match(PATTERN.pattern, line) for line in usual(form).splitlines())
