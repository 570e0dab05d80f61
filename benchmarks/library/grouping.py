"""How well lines were grouped into patterns, against groups that people made."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from runner.kit.engine import connect
from runner.kit.patterns import cluster
from runner.model.frozen import frozen

STRUCTURED = "*_2k.log_structured*.csv"


@frozen
class Grouped:
    """One set of lines: its name, the number of lines, and how well they were grouped, 0 to 1."""

    name: str
    lines: int
    accuracy: float
    f1: float


def loghub(folder: Path) -> Iterator[Grouped]:
    """The sets of LogHub found under a folder, by name, each clustered as KEYs do it.

    A set is a file `<name>_2k.log_structured.csv` with the columns `Content` and `EventId`; where a
    corrected one stands beside it, that one is taken.
    """
    files = {file.name.split("_2k")[0]: file for file in sorted(folder.rglob(STRUCTURED))}
    for name, file in sorted(files.items()):
        with file.open(encoding="utf-8", errors="replace", newline="") as text:
            rows = list(csv.DictReader(text))
        labels, lines = [row["EventId"] for row in rows], [row["Content"] for row in rows]
        found = patterns_of(lines)
        yield Grouped(
            name, len(lines), grouping_accuracy(labels, found), grouping_f1(labels, found)
        )


def patterns_of(lines: Sequence[str]) -> list[str]:
    """The pattern of each line, as `kit.patterns` finds it."""
    with tempfile.TemporaryDirectory() as scratch:
        con = connect(Path(scratch), 1_000_000_000)
        con.execute(
            "create temp table log as select unnest($lines::varchar[]) as message",
            {"lines": list(lines)},
        )
        cluster(con, "log", "message", "clustered")
        found = con.execute("select pattern from clustered order by rowid").fetchall()
        con.close()
    return [pattern for (pattern,) in found]


def grouping_accuracy(labels: Sequence[object], found: Sequence[str]) -> float:
    """The share of lines whose group is exactly that of their label, 0 to 1."""
    return sum(len(group) for group in _groups(found) & _groups(labels)) / len(labels)


def grouping_f1(labels: Sequence[object], found: Sequence[str]) -> float:
    """The harmonic mean of the shares of groups that are right, of those found and those there."""
    right = len(_groups(found) & _groups(labels))
    precision, recall = right / len(_groups(found)), right / len(_groups(labels))
    return 2 * precision * recall / (precision + recall) if right else 0.0


def _groups(of: Sequence[object]) -> set[frozenset[int]]:
    members: dict[object, set[int]] = {}
    for line, group in enumerate(of):
        members.setdefault(group, set()).add(line)
    return {frozenset(lines) for lines in members.values()}
