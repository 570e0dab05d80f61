"""`replay --rerun-keys`: the KEYs of a recorded run executed again, and what they give compared."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.cli import console
from runner.cli.containment import NO_OPTIONS, Containment
from runner.errors import ExitCode, RunbookError
from runner.keys.papermill_executor import PapermillExecutor
from runner.model.frozen import frozen
from runner.report import differences, reruns
from runner.report.style import style_for

if TYPE_CHECKING:
    from runner.evidence.store import Store
    from runner.keys.catalog import InstalledKey, Library
    from runner.runs.recorded import RecordedRun
    from runner.runs.rerun import Planned, RunAgain


@frozen
class RerunOptions:
    """What is executed again. `explicit` is the library that was given, if one was."""

    run: str
    last: int | None
    as_json: bool
    explicit: Path | None
    containment: Containment = NO_OPTIONS


def rerun_command(options: RerunOptions, store: "Store") -> int:
    """Execute the KEYs of one run, or of the newest ones, again; exit 1 where anything differs."""
    from runner.runs.recorded import recorded_run
    from runner.runs.replay import newest_runs

    if options.last is None:
        again = _again(recorded_run(store, options.run), options)
        _show(again, options.as_json)
        return _code(again)
    found: list[RunAgain] = []
    broken: list[tuple[str, RunbookError | OSError]] = []
    for run_id in newest_runs(store, options.last):
        try:
            again = _again(recorded_run(store, run_id), options)
        except (RunbookError, OSError) as error:
            broken.append((run_id, error))
            continue
        found.append(again)
        if not options.as_json:
            _show(again, False)
            console.result("")
    _show_many(tuple(found), tuple(broken), options.as_json)
    codes = [*map(_code, found), *(_code_of(error) for _, error in broken)]
    return max(codes, default=ExitCode.HEALTHY)


def _again(recorded: "RecordedRun", options: RerunOptions) -> "RunAgain":
    """Plan, then execute in a folder that is gone afterwards."""
    from runner.runs.rerun import Means, plan_rerun, rerun

    planned = plan_rerun(recorded, _library(recorded, options.explicit))
    keys = _to_execute(planned)
    bounds = options.containment.bounds()
    secrets = options.containment.given_secrets(keys)
    executor = PapermillExecutor(policy=bounds.policy)
    try:
        if keys:
            executor.prepare(len(keys))
            executor.check_sandbox()
        with tempfile.TemporaryDirectory(prefix="runbook-again-") as folder:
            means = Means(executor, Path(folder), bounds.limits, secrets)
            return rerun(recorded, planned, means, console.say)
    finally:
        executor.stop()


def _library(recorded: "RecordedRun", explicit: Path | None) -> "Library":
    """Where KEYs are looked for now, then where the run found them."""
    from runner.keys.catalog import Library

    now = Library.find(explicit, Path.cwd(), os.environ).roots
    then = (Path(root) for root in recorded.started.libraries)
    return Library(tuple(root for root in dict.fromkeys((*now, *then)) if root.is_dir()))


def _to_execute(planned: "tuple[Planned, ...]") -> "tuple[InstalledKey, ...]":
    return tuple(one.key for one in planned if one.key is not None and not one.why_not)


def _show(again: "RunAgain", as_json: bool) -> None:
    if as_json:
        _print_json({"format": 1, **_as_json(again)})
        return
    for problem in again.problems:
        console.say(f"evidence problem: {problem}")
    width, style = console.width(sys.stdout), style_for(console.wants_colour(sys.stdout))
    packages = "the installed packages are others than then\n" if again.other_packages else ""
    parts = (
        f"{again.run_id}\n{packages}",
        reruns.keys_text(again.keys, width, style),
        differences.changes_text(again.changed, width, style),
        "\n".join(again.not_told),
        f"{reruns.keys_sum(again.keys)}\n{_decided(again)}",
    )
    console.result("\n\n".join(part.rstrip() for part in parts if part))


def _decided(again: "RunAgain") -> str:
    kept = [key for key in again.keys if key.now is None]
    by = " (what was not executed counts as it was recorded)" if kept else ""
    if not again.changed:
        return f"every decision would be the same{by}"
    return f"{len(again.changed)} decisions would be others{by}"


def _show_many(
    found: "tuple[RunAgain, ...]",
    broken: tuple[tuple[str, RunbookError | OSError], ...],
    as_json: bool,
) -> None:
    if as_json:
        unreadable = [{"run_id": run_id, "why": str(error)} for run_id, error in broken]
        runs = [_as_json(again) for again in found]
        _print_json({"format": 1, "runs": runs, "unreadable": unreadable})
        return
    for run_id, error in broken:
        console.result(f"{run_id}: {error}")
    other = sum(not again.is_same for again in found)
    damaged = f", {len(broken)} could not be executed again" if broken else ""
    console.result(f"{len(found) + len(broken)} runs, {other} not as then{damaged}")


def _as_json(again: "RunAgain") -> dict[str, Any]:
    return {
        "run": again.run_id,
        "same": again.is_same,
        "other_packages": again.other_packages,
        "keys": reruns.keys_json(again.keys),
        "decisions_same": not again.changed,
        "changed": differences.changes_json(again.changed),
        "not_told": list(again.not_told),
        "problems": list(again.problems),
    }


def _code(again: "RunAgain") -> ExitCode:
    if again.problems:
        return ExitCode.EVIDENCE_BROKEN
    missing = [key for key in again.keys if key.now is None]
    if missing and len(missing) == len(again.keys):
        return ExitCode.INVALID
    if missing or any(key.has_failed for key in again.keys):
        return ExitCode.FAILED
    return ExitCode.HEALTHY if again.is_same else ExitCode.FINDINGS


def _code_of(error: RunbookError | OSError) -> ExitCode:
    return error.exit_code if isinstance(error, RunbookError) else ExitCode.EVIDENCE_BROKEN


def _print_json(tree: dict[str, Any]) -> None:
    console.result(json.dumps(tree, indent=2, ensure_ascii=False))
