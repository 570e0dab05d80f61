"""`python -m benchmarks.library [NAME …] [--full] [--turns N]`: KEYs against the usual tools.

Whole processes on one core, by turns. `--full` measures 10 M rows instead of 1 M. A tool that is
not installed is printed as absent. `patterns --loghub FOLDER` measures instead how well the lines
of the public LogHub sets in that folder are grouped; they are not part of the project.
"""

import argparse
import importlib.util
import json
import math
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from benchmarks.library import data, tables
from benchmarks.library.grouping import STRUCTURED, loghub
from benchmarks.processes import Cost, adopt_orphans, cost

HERE = Path(__file__).resolve().parent
MIB = 1024**2
NAMES = ("webhook", "latency", "access", "patterns", "parquet", "reconcile", "queries")


class Comparison:
    """A scratch folder with the data, and the comparisons."""

    def __init__(self, folder: Path, rows: int, turns: int) -> None:
        self.folder, self.rows, self.turns = folder, rows, turns
        self.numbers = count()

    def webhook(self) -> None:
        """The whole KEY, charts and tables included, against pandas."""
        log = self._data("deliveries.csv", data.deliveries)
        self._against(
            f"webhook analysis, {self.rows:,} rows, against pandas (goal 0.45 x, 10 M: 0.60 x)",
            lambda out: self._key(out, "webhook-event-analysis", f"webhook_log={log}"),
            lambda out: self._script(out, "peers/webhook_pandas.py", str(log)),
            "pandas",
        )

    def latency(self) -> None:
        """Quantiles by endpoint and minute against polars."""
        log = self._data("requests.csv", data.requests)
        self._against(
            f"latency quantiles, {self.rows:,} rows, against polars (goal 0.46 x, memory 0.5 x)",
            lambda out: self._script(out, "latency_process.py", str(log)),
            lambda out: self._script(out, "peers/latency_polars.py", str(log)),
            "polars",
        )

    def access(self) -> None:
        """The API performance KEY on an access log of a million lines, against GoAccess."""
        log = self.folder / "access.log"
        data.accesses(log, 1_000_000)
        if not shutil.which("goaccess"):
            print("\naccess log: goaccess is absent (apt-get install goaccess)")
            return
        self._against(
            "access log, 1,000,000 lines, against GoAccess (goal 0.14 x)",
            lambda out: self._key(out, "api-performance-analysis", f"api_log={log}"),
            lambda out: self._goaccess(out, log),
        )

    def patterns(self) -> None:
        """Lines a second, read and clustered, on one core."""
        log = self.folder / "mixed.log"
        data.mixed_lines(log, 1_000_000)
        found = [self._script(f"p{n}", "patterns_process.py", str(log)) for n in range(self.turns)]
        rate = 1_000_000 / min(one.cpu for one in found)
        print(f"\nerror patterns, 1,000,000 mixed lines: {rate:,.0f} lines/s a core (goal 600,000)")

    def parquet(self) -> None:
        """The webhook KEY again on the Parquet that is kept, against its run on CSV."""
        log = self._data("deliveries.csv", data.deliveries)
        file = {"path": str(log), "digest": "sha256:0"}
        table = self.folder / "kept" / "loaded" / "webhook_log.parquet"

        def analyse(out: str, **told: dict[str, str]) -> Cost:
            said = json.dumps({what: {"webhook_log": one} for what, one in told.items()})
            words = (str(self.folder / out), "webhook-event-analysis", f"webhook_log={log}")
            command = [sys.executable, str(HERE / "key_process.py"), *words]
            return cost(_on_one_core(["env", f"RUNBOOK_KEPT_TABLES={said}", *command]), self.folder)

        keeping = analyse("kept", keep=file)
        self._against(
            f"webhook analysis on Parquet, {self.rows:,} rows, against itself on CSV (goal 0.3 x)",
            lambda out: analyse(out, have={**file, "table": str(table)}),
            analyse,
        )
        self._show("keeping", keeping)
        print(f"  {table.stat().st_size / MIB:.0f} MiB are kept of {log.stat().st_size / MIB:.0f}")

    def reconcile(self) -> None:
        """The reconciliation KEY on two exports of a million rows, against datacompy on polars."""
        left, right = self.folder / "left.csv", self.folder / "right.csv"
        tables.subscriptions(left, right, 1_000_000)
        self._against(
            "reconcile 1 M x 1 M, 8 columns, against datacompy on polars (goal 0.40 x)",
            lambda out: self._key(out, "data-reconciliation", f"source={left}", f"target={right}"),
            lambda out: self._script(out, "peers/reconcile_datacompy.py", str(left), str(right)),
            "datacompy",
        )

    def queries(self) -> None:
        """The query KEY on a csvlog of half a million entries, against pgbadger."""
        log = self.folder / "postgresql.csv"
        tables.server_log(log, 500_000)
        if not shutil.which("pgbadger"):
            print("\ncsvlog: pgbadger is absent (apt-get install pgbadger)")
            return
        self._against(
            "PostgreSQL csvlog, 500,000 entries, against pgbadger (goal 0.08 x)",
            lambda out: self._key(out, "database-query-analysis", f"query_log={log}"),
            lambda out: self._pgbadger(out, log),
        )

    def _data(self, name: str, write: Callable[[Path, int], None]) -> Path:
        write(self.folder / name, self.rows)
        return self.folder / name

    def _against(
        self,
        title: str,
        ours: Callable[[str], Cost],
        theirs: Callable[[str], Cost],
        needs: str = "",
    ) -> None:
        print(f"\n{title}")
        if needs and not importlib.util.find_spec(needs):
            print(f"  {needs} is absent (pip install {needs}); ours alone:")
            self._show("", ours("alone"))
            return
        pairs = [(ours(f"o{next(self.numbers)}"), theirs(f"t{next(self.numbers)}"))
                 for _ in range(self.turns)]  # fmt: skip
        last = next(self.numbers) - 2
        _check(self._answers(f"o{last}"), self._answers(f"t{last + 1}"))
        self._show("ours  ", min((one for one, _ in pairs), key=lambda one: one.cpu))
        self._show("theirs", min((two for _, two in pairs), key=lambda two: two.cpu))
        ratios = [one.cpu / two.cpu for one, two in pairs]
        memory = statistics.median(one.peak / two.peak for one, two in pairs)
        print(f"  CPU {statistics.median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f}), "
              f"memory {memory:.2f} x")  # fmt: skip

    def _show(self, who: str, one: Cost) -> None:
        print(f"  {who} {one.cpu:6.2f} s CPU, {one.wall:6.2f} s wall, {one.peak / MIB:6.0f} MiB")

    def _key(self, out: str, slug: str, *given: str) -> Cost:
        return self._script(out, "key_process.py", slug, *given)

    def _script(self, out: str, script: str, *words: str) -> Cost:
        command = [sys.executable, str(HERE / script), str(self.folder / out), *words]
        return cost(_on_one_core(command), self.folder)

    def _goaccess(self, out: str, log: Path) -> Cost:
        (self.folder / out).mkdir()
        form = '%h %^[%d:%t %^] "%r" %s %b "%R" "%u" %T'
        command = [
            *("goaccess", str(log), "--log-format", form, "--date-format", "%d/%b/%Y"),
            *("--time-format", "%H:%M:%S", "--no-global-config", "--no-progress"),
            *("-o", str(self.folder / out / "report.json")),
        ]
        return cost(_on_one_core(command), self.folder)

    def _pgbadger(self, out: str, log: Path) -> Cost:
        (self.folder / out).mkdir()
        report = self.folder / out / "pgbadger.json"
        command = ["pgbadger", "-q", "-f", "csv", "-x", "json", "-o", str(report), str(log)]
        return cost(_on_one_core(command), self.folder)

    def _answers(self, out: str) -> Mapping[str, object]:
        folder = self.folder / out
        if (folder / "report.json").is_file():
            general = json.loads((folder / "report.json").read_text("utf-8"))["general"]
            return {"requests": general["valid_requests"]}
        if (folder / "pgbadger.json").is_file():
            told = json.loads((folder / "pgbadger.json").read_text("utf-8"))
            return {"executions": tables.pgbadger_queries(told)}
        if (folder / "answers.json").is_file():
            return dict(json.loads((folder / "answers.json").read_text("utf-8")))
        return dict(json.loads((folder / "result.json").read_text("utf-8"))["outputs"])


def main() -> None:
    """Run the comparisons that were asked for, all by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.library", description=__doc__)
    parser.add_argument("--full", action="store_true", help="10 M rows instead of 1 M")
    parser.add_argument("--turns", type=int, default=3, help="turns of each comparison")
    parser.add_argument("--only", choices=NAMES, action="append", help="the same as NAME")
    parser.add_argument("--loghub", type=Path, help="a folder of LogHub sets (2k), for patterns")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"all, or: {', '.join(NAMES)}")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(NAMES)}")
    if given.loghub:
        accuracy(given.loghub)
        return
    names = given.names + (given.only or [])
    run(names or list(NAMES), 10_000_000 if given.full else 1_000_000, given.turns)


def accuracy(folder: Path) -> None:
    """Print the grouping accuracy of each LogHub set, and the mean (goal 0.815, aim 0.865)."""
    found = tuple(loghub(folder))
    if not found:
        raise SystemExit(f"there is no {STRUCTURED} under {folder}")
    for one in found:
        print(f"{one.name:12} {one.lines:6,} lines  accuracy {one.accuracy:.3f}  F1 {one.f1:.3f}")
    mean = [statistics.fmean(getattr(one, part) for one in found) for part in ("accuracy", "f1")]
    print(f"mean of {len(found):2} sets         accuracy {mean[0]:.3f}  F1 {mean[1]:.3f}")


def run(names: list[str], rows: int, turns: int) -> None:
    """Make the data in a scratch folder, compare, and print."""
    adopt_orphans()
    folder = Path(tempfile.mkdtemp(prefix="runbook-bench-"))
    try:
        comparison = Comparison(folder, rows, turns)
        for name in names:
            getattr(comparison, name)()
    finally:
        shutil.rmtree(folder)


def _on_one_core(command: list[str]) -> list[str]:
    core = min(os.sched_getaffinity(0))
    return ["taskset", "-c", str(core), *command] if shutil.which("taskset") else command


def _check(ours: Mapping[str, object], theirs: Mapping[str, object]) -> None:
    """The answers that both give are the same to nine digits, or nothing is compared."""
    both = [name for name in theirs if isinstance(ours.get(name), int | float)]
    if not both:
        raise AssertionError("the two sides have no answer in common")
    for name in both:
        mine, other = ours[name], theirs[name]
        if not math.isclose(mine, other, rel_tol=1e-9):  # type: ignore[arg-type]
            raise AssertionError(f"{name}: {mine} here, {other} there")
    print(f"  the same {', '.join(both)}")


if __name__ == "__main__":
    main()
