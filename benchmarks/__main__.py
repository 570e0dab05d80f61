"""`python -m benchmarks [--pairs N] [--only NAME]`: our commands against their peers.

Whole processes, by turns, in one run: absolute times drift with the machine, ratios hold.
"""

import argparse
import compileall
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from benchmarks.processes import Cost, Pairs, adopt_orphans, cost, take_turns
from benchmarks.several import Several, memory_of_tree, resident, seconds_per_step
from benchmarks.trivial import write_library

ROOT = Path(__file__).resolve().parents[1]
PAPERMILL = str(Path(sys.executable).with_name("papermill"))
SAMPLE = ROOT / "jupyter-keys/webhook-event-analysis/samples/signature-incident.csv"
WEBHOOK = str(ROOT / "runbooks/webhook-failures.md")
CHEAP = (["--help"], ["list"], ["lint", WEBHOOK], ["plan", WEBHOOK], ["history"])
BUDGET_CPU = 0.150


class Bench:
    """A scratch folder, numbered run folders in it, and the comparisons."""

    def __init__(self, folder: Path, pairs: int):
        self.folder = folder
        self.pairs = pairs
        self.library = folder / "library"
        self.numbers = count()
        self.kept = 0
        write_library(self.library)

    def trivial_alone(self) -> None:
        """The executor in a fresh process, without the runner around it."""
        given = (str(self.library), "jupyter-trivial-check")
        self._against_papermill(
            "a trivial KEY, executor alone", lambda: self._direct(*given), self._trivial
        )

    def trivial_run(self) -> None:
        """A whole run with journal, evidence and report."""
        runbook = self.library / "runbooks" / "trivial.md"
        self._against_papermill(
            "a trivial KEY, `runbook run`", lambda: self._runbook(runbook), self._trivial
        )

    def webhook_alone(self) -> None:
        """The shipped webhook KEY on its sample, without the runner around it."""
        given = (str(ROOT), "jupyter-webhook-event-analysis", f"webhook_log={SAMPLE}")
        self._against_papermill(
            "webhook-event-analysis, executor alone", lambda: self._direct(*given), self._webhook
        )

    def webhook_run(self) -> None:
        """The shipped webhook runbook on the same sample."""
        runbook = ROOT / "runbooks" / "webhook-failures.md"
        self._against_papermill(
            "webhook-event-analysis, `runbook run`",
            lambda: self._runbook(runbook, "--input", str(SAMPLE)),
            self._webhook,
        )

    def several_keys(self) -> None:
        """Runbooks with several KEYs against as many commands."""
        several = Several(self.folder, self.library, self.pairs)
        for name, keys, at_a_time in (
            ("five-dependent", "five KEYs that wait for one another", 1),
            ("five-independent", "five independent KEYs", 1),
            ("twelve-independent", "twelve independent KEYs, the commands two at a time", 2),
        ):
            _show(keys, several.compare(name, at_a_time))
        print(f"  most memory of the runner itself: {several.peak / 2**20:.0f} MiB")

    def warm(self) -> None:
        """The trivial and the webhook run with a resident; its own CPU time is not counted."""
        runbook = self.library / "runbooks" / "trivial.md"
        with resident(self.folder) as process:
            self.kept = process
            self._against_papermill(
                "a trivial KEY, `runbook run`, resident",
                lambda: self._runbook(runbook),
                self._trivial,
            )
            print(f"  memory of resident and kernels: {memory_of_tree(process) / 2**20:.0f} MiB")
            self._against_papermill(
                "webhook-event-analysis, `runbook run`, resident",
                lambda: self._runbook(Path(WEBHOOK), "--input", str(SAMPLE)),
                self._webhook,
            )
        self.kept = 0

    def added(self) -> None:
        """What evidence and deciding add: to a step, and to a run over the executor alone."""
        print("\nadded by evidence and deciding")
        print(f"  {seconds_per_step(self.folder) * 1000:.1f} ms a step")
        runbook = self.library / "runbooks" / "trivial.md"
        given = (str(self.library), "jupyter-trivial-check")
        pairs = take_turns(lambda: self._runbook(runbook), lambda: self._direct(*given), self.pairs)
        added = [
            ours.wall - alone.wall for ours, alone in zip(pairs.ours, pairs.theirs, strict=True)
        ]
        print(f"  {statistics.median(added) * 1000:.0f} ms a run, over the executor alone")

    def cheap_commands(self) -> None:
        """What must answer at once, beside a bare interpreter and the command-line library."""
        python = sys.executable
        commands = {
            "python -c pass": [python, "-c", "pass"],
            "python -c 'import typer'": [python, "-c", "import typer"],
            **{f"runbook {words[0]}": self._command(*words) for words in CHEAP},
        }
        costs: dict[str, list[Cost]] = {name: [] for name in commands}
        for _ in range(self.pairs + 1):
            for name, command in commands.items():
                costs[name].append(self._cheap(command))
        print(f"\ncheap commands (budget {BUDGET_CPU * 1000:.0f} ms of CPU)")
        for name, found in costs.items():
            wall = statistics.median(one.wall for one in found[1:])
            cpu = statistics.median(one.cpu for one in found[1:])
            over = "  OVER BUDGET" if name.startswith("runbook") and cpu > BUDGET_CPU else ""
            print(f"  {name:34s} {wall * 1000:6.0f} ms wall {cpu * 1000:6.0f} ms CPU{over}")

    def refusals(self) -> None:
        """Runs that are refused before anything is executed: the whole command, kernel and all."""
        given = ["-i", str(SAMPLE), "--unattended", "--evidence-dir", str(self.folder / "none")]
        run = self._command("run", WEBHOOK, *given)
        commands = {
            "an unknown parameter": [*run, "-p", "window_strat=2026-11-22T10:00:00Z"],
            "a parameter of another type": [*run, "-p", "timezone=Mars/Olympus"],
            "the wrong file": self._command("run", WEBHOOK, "-i", str(ROOT / "README.md")),
        }
        print(f"\nruns that are refused (budget {BUDGET_CPU * 1000:.0f} ms)")
        for name, command in commands.items():
            costs = [cost(command, self.folder, good=(3,)) for _ in range(self.pairs + 1)][1:]
            wall, cpu = (statistics.median(map(of, costs)) for of in (_wall, _cpu))
            print(f"  {name:34s} {wall * 1000:6.0f} ms wall {cpu * 1000:6.0f} ms CPU")

    def language(self) -> None:
        """Parsing, checking and deciding, without a process around them."""
        from benchmarks.language import (
            documents_per_second,
            seconds_per_decision,
            write_runbooks,
        )

        print("\nthe language, on one core")
        print(f"  {documents_per_second():.0f} documents of 400 lines a second, parsed and checked")
        print(f"  {seconds_per_decision() * 1000:.2f} ms to read, bind and judge a condition")
        library = self.folder / "many"
        library.mkdir()
        write_runbooks(library)
        taken = cost(self._command("lint", "--library", str(library)), library, good=(1,))
        print(f"  {taken.wall:.1f} s to lint 1,000 such documents with their KEYs, on all cores")

    def evidence(self) -> None:
        """Writing events to disk, and finding a run among ten thousand."""
        from benchmarks.evidence import measure

        print("\nevidence")
        for line in measure():
            print(f"  {line}")

    def proof(self) -> None:
        """A run made durable, recorded runs replayed, and a seal checked."""
        from benchmarks.proof import Proof

        print("\nproof, of the webhook run")
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as scratch:
            self._runbook(Path(WEBHOOK), "--input", str(SAMPLE))
            made = max(self.folder.glob("evidence-*"), key=lambda path: path.stat().st_mtime)
            [recorded] = (made / "runs").iterdir()
            for line in Proof(Path(scratch), recorded, self.pairs).measure():
                print(f"  {line}")

    def _against_papermill(
        self, title: str, ours: Callable[[], Cost], theirs: Callable[[], Cost]
    ) -> None:
        _show(title, take_turns(ours, theirs, self.pairs))

    def _direct(self, library: str, key: str, *inputs: str) -> Cost:
        run = self.folder / f"direct-{next(self.numbers)}"
        script = str(ROOT / "benchmarks" / "direct.py")
        return cost([sys.executable, script, library, key, str(run), *inputs], self.folder)

    def _trivial(self) -> Cost:
        return self._papermill(self.library / "jupyter-keys/trivial-check/trivial-check.ipynb")

    def _webhook(self) -> Cost:
        notebook = ROOT / "jupyter-keys/webhook-event-analysis/webhook-event-analysis.ipynb"
        return self._papermill(notebook, "-r", "webhook_log", str(SAMPLE))

    def _papermill(self, notebook: Path, *parameters: str) -> Cost:
        output = self.folder / f"papermill-{next(self.numbers)}.ipynb"
        command = [PAPERMILL, str(notebook), str(output), *parameters, "--no-progress-bar"]
        return cost(command, self.folder, kept=self.kept)

    def _runbook(self, runbook: Path, *more: str) -> Cost:
        evidence = self.folder / f"evidence-{next(self.numbers)}"
        command = self._command(
            "run", str(runbook), *more, "--unattended", "--exit-zero",
            "--evidence-dir", str(evidence), "--library", str(_library_of(runbook)),
        )  # fmt: skip
        return cost(command, self.folder, kept=self.kept)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "runner", *words]

    def _cheap(self, command: list[str]) -> Cost:
        return cost(command, self.folder, good=(0, 1))


def main() -> None:
    """Run the comparisons that were asked for, all by default."""
    names = (
        "trivial_alone", "webhook_alone", "trivial_run", "webhook_run", "several_keys", "warm",
        "added", "cheap_commands",
        "refusals", "language", "evidence", "proof",
    )  # fmt: skip
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--pairs", type=int, default=9, help="turns of each comparison")
    parser.add_argument("--only", choices=names, action="append", help="leave the others out")
    given = parser.parse_args()
    adopt_orphans()
    compileall.compile_dir(ROOT / "runner", quiet=1)  # as pip has done for papermill
    folder = Path(tempfile.mkdtemp(prefix="runbook-bench-"))
    try:
        bench = Bench(folder, given.pairs)
        failed = [name for name in given.only or names if not _measured(getattr(bench, name))]
    finally:
        shutil.rmtree(folder)
    if failed:
        sys.exit(f"not measured: {', '.join(failed)}")


def _measured(comparison: Callable[[], None]) -> bool:
    try:
        comparison()
    except subprocess.CalledProcessError as error:
        print(f"\nNOT MEASURED: {error}")
        return False
    return True


def _show(title: str, pairs: Pairs) -> None:
    print(f"\n{title}, against the papermill command ({len(pairs.ours)} pairs)")
    for unit, of in (("wall", _wall), ("CPU", _cpu)):
        middle, least, most = pairs.ratio(of)
        ours = statistics.median(map(of, pairs.ours)) * 1000
        theirs = statistics.median(map(of, pairs.theirs)) * 1000
        print(
            f"  {unit:4s} {ours:6.0f} ms against {theirs:6.0f} ms: {middle:.2f} x "
            f"({least:.2f} to {most:.2f})"
        )


def _wall(one: Cost) -> float:
    return one.wall


def _cpu(one: Cost) -> float:
    return one.cpu


def _library_of(runbook: Path) -> Path:
    return runbook.parent.parent


if __name__ == "__main__":
    main()
