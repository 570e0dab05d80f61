from pathlib import Path
from typing import Any

import pytest

from benchmarks.library.grouping import grouping_accuracy, grouping_f1, loghub
from runner.kit.engine import connect
from runner.kit.patterns import cluster, drain
from tests.kit.labelled_logs import SETS, labelled


@pytest.fixture
def con(tmp_path: Any) -> Any:
    return connect(tmp_path, 1_000_000_000)


def patterns(con: Any, lines: list[str]) -> list[str]:
    con.execute(
        "create or replace temp table log as select unnest($lines::varchar[]) as message",
        {"lines": lines},
    )
    cluster(con, "log", "message", "clustered")
    found = con.execute("select pattern from clustered order by rowid").fetchall()
    return [pattern for (pattern,) in found]


@pytest.mark.parametrize("name", SETS)
def test_lines_of_one_template_are_found_to_be_of_one_pattern(con: Any, name: str) -> None:
    lines, labels = labelled(name)

    found = patterns(con, lines)

    assert grouping_accuracy(labels, found) >= 0.97
    assert grouping_f1(labels, found) >= 0.97


def test_the_mean_accuracy_is_that_of_the_best_tuned_methods(con: Any) -> None:
    sets = [labelled(name) for name in SETS]
    found = [grouping_accuracy(labels, patterns(con, lines)) for lines, labels in sets]

    assert sum(found) / len(found) >= 0.98


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["user 7 left", "user 8 left"], ["user <*> left"]),
        (["took 1.5s", "took 900ms"], ["took <*>"]),
        (["disk full", "disk empty"], ["disk empty", "disk full"]),
        (["Failed login for ann from web", "Failed login for bob from web"],
         ["Failed login for <*> from web"]),
        (["", " "], [""]),
        (["volume 7 was attached", "volume 8 was attached", "volume 8 was detached"],
         ["volume <*> was attached", "volume <*> was detached"]),
        ([f"job 7 sent to {name} late" for name in "abcdefgh"], ["job <*> sent to <*> late"]),
        ([f"part 7 of tenant {name} left" for name in "abcde"], ["part <*> of tenant <*> left"]),
        (["queue depth=7", "queue age=8", "queue depth=9"], ["queue age=<*>", "queue depth=<*>"]),
        (["sent 70 bytes in 12 ms", "sent 1190 bytes (1.16 KB) in 2 s", "sent 3 MB in 4s"],
         ["sent <*> in <*>"]),
        (["lease 7 ended at Tue Mar  3 09:14:07 2026", "lease 8 ended at Sat, Nov 28 23:59:01 2026",
          "lease 9 ended at Jul 14 01:02:03 UTC 2026"], ["lease <*> ended at <*>"]),
        (["Mar 3 tickets for Tue 7 sold", "Jun 4 tickets for Sat 8 sold"],
         ["Jun <*> tickets for Sat <*> sold", "Mar <*> tickets for Tue <*> sold"]),
        (["part 7 kept as rows in cache", "part 8 kept as columns in cache"],
         ["part <*> kept as columns in cache", "part <*> kept as rows in cache"]),
        (["job 7 took 3 s to lock the table", "job 8 took 4 s to unlock the table"],
         ["job <*> took <*> to lock the table", "job <*> took <*> to unlock the table"]),
        (["job 7 was sent to lyon today", "job 8 was sent to oslo today"],
         ["job <*> was sent to <*> today"]),
        (["route 7 below /shop/* is up", "route 8 below /api/* is up",
          "route 9 below https://pay.internal is up"], ["route <*> below <*> is up"]),
        ([f"dropping {name}" for name in "abcde"], ["dropping <*>"]),
        ([f"Dropping {name} of 7 tables" for name in "abcde"], ["Dropping <*> of <*> tables"]),
        ([f"dropping {name}" for name in "abcd"], [f"dropping {name}" for name in "abcd"]),
        ([f"warning {name}" for name in "abcde"], [f"warning {name}" for name in "abcde"]),
        ([f"ERROR {name}" for name in "abcde"], [f"ERROR {name}" for name in "abcde"]),
    ],
)  # fmt: skip
def test_what_differs_is_masked(con: Any, lines: list[str], wanted: list[str]) -> None:
    assert sorted(set(patterns(con, lines))) == wanted


def test_frames_of_a_stack_trace_do_not_count_and_its_exceptions_do(con: Any) -> None:
    trace = "ERROR no invoice {n}\njava.lang.{kind}: x\n\tat a.B.c(B.java:{n})\n\tat d.E({n})\n"
    trace += "\t... 7 more"
    lines = [
        trace.format(n=1, kind="IllegalStateException"),
        trace.format(n=2, kind="IllegalStateException").replace("\tat d.E(2)\n", ""),
        trace.format(n=3, kind="NullPointerException"),
    ]

    first, second, third = patterns(con, lines)

    assert first == second != third
    assert first == "java.lang.IllegalStateException ERROR no invoice <*>"


def test_the_order_of_the_lines_and_the_threads_change_nothing(con: Any) -> None:
    lines, _ = labelled("billing")
    con.execute("set threads = 1")
    first = dict(zip(lines, patterns(con, lines), strict=True))
    con.execute("set threads = 4")

    assert dict(zip(lines[::-1], patterns(con, lines[::-1]), strict=True)) == first


def test_a_line_without_a_text_has_no_pattern(con: Any) -> None:
    con.execute("create temp table log as select null::varchar as message")

    assert cluster(con, "log", "message", "clustered") == 0
    assert con.execute("select pattern from clustered").fetchall() == [(None,)]


def test_words_beyond_the_first_two_may_differ_up_to_two_in_five() -> None:
    assert len(set(drain(["a b c d e", "a b c x y", "a b q r s"]))) == 2


def test_the_public_sets_are_measured_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "Toy").mkdir()
    rows = ['1,"user 7 left, at once",E1', '2,"user 8 left, at once",E1', "3,disk full,E2"]
    text = "LineId,Content,EventId\n" + "\n".join(rows) + "\n"
    (tmp_path / "Toy" / "Toy_2k.log_structured.csv").write_text(text, "utf-8")

    [found] = loghub(tmp_path)

    assert (found.name, found.lines, found.accuracy, found.f1) == ("Toy", 3, 1, 1)
