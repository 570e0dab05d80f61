"""`replay` and `diff`: what was decided, decided again, and compared."""

import json
import os
import sys
from pathlib import Path
from typing import Any, cast

from runner.cli import console
from runner.cli.containment import NO_OPTIONS, Containment
from runner.cli.sharing import share_out
from runner.errors import ExitCode, UsageError
from runner.evidence.store import Store
from runner.interpreter.differences import changed_decisions, changed_outputs
from runner.model.frozen import frozen
from runner.report import differences
from runner.report.style import Style, style_for
from runner.runs.recorded import RecordedRun, recorded_run
from runner.runs.replay import (
    OtherText,
    Replayed,
    SupposedRun,
    Unreadable,
    newest_runs,
    replay_named,
    replay_run,
    suppose_run,
)

_Replayed = Replayed | SupposedRun | Unreadable


@frozen
class ReplayOptions:
    """What to decide again, and by which text. `last` is None for one run."""

    run: str
    runbook: str
    edit: str
    last: int | None
    as_json: bool
    evidence_dir: Path | None
    library: Path | None
    rerun_keys: bool = False
    containment: Containment = NO_OPTIONS


def replay_command(options: ReplayOptions) -> int:
    """Replay one run or many; exit 1 where a decision differs, 20 where evidence is damaged."""
    if options.rerun_keys:
        return _rerun(options)
    if options.containment.limits or options.containment.secrets:
        hint = "add --rerun-keys"
        raise UsageError("no KEY is executed, so none needs it", "nothing was decided", hint)
    if options.runbook and options.edit:
        raise UsageError("--runbook and --edit are two texts", "nothing was decided", "give one")
    store = Store.locate(options.evidence_dir, os.environ)
    other = _other_text(options)
    if options.last is not None:
        return _many(options, store, other, options.last)
    recorded = recorded_run(store, options.run)
    if other is None:
        return _show_replay(replay_run(recorded), options.as_json)
    return _show_supposed(suppose_run(recorded, other), options.as_json)


def diff_command(first: str, second: str, as_json: bool, evidence_dir: Path | None) -> int:
    """Print what two runs do not share."""
    store = Store.locate(evidence_dir, os.environ)
    runs = [recorded_run(store, name) for name in (first, second)]
    was, now = ([entry.event for entry in run.entries] for run in runs)
    decisions, outputs = changed_decisions(was, now), changed_outputs(was, now)
    facts = _facts(*runs)
    if as_json:
        _print_json(
            {
                "format": 1,
                "runs": [run.folder.name for run in runs],
                "facts": [dict(zip(("what", "was", "now"), fact, strict=True)) for fact in facts],
                "outputs": differences.outputs_json(outputs),
                "decisions": differences.changes_json(decisions),
            }
        )
    else:
        _print_parts(
            "\n".join(f"{what}: {was} → {now}" for what, was, now in facts),
            differences.outputs_text(outputs, _width()),
            differences.changes_text(decisions, _width(), _style()),
        )
        if not (facts or decisions or outputs):
            console.result("the two runs rest on the same, found the same and decided the same")
    return ExitCode.FINDINGS if facts or decisions or outputs else ExitCode.HEALTHY


def _rerun(options: ReplayOptions) -> int:
    if options.runbook or options.edit:
        raise UsageError(
            "--rerun-keys decides by the text of the run", "nothing was executed",
            "leave --runbook and --edit out",
        )  # fmt: skip
    from runner.cli.rerunning import RerunOptions, rerun_command

    store = Store.locate(options.evidence_dir, os.environ)
    chosen = (options.run, options.last, options.as_json, options.library, options.containment)
    return rerun_command(RerunOptions(*chosen), store)


def _other_text(options: ReplayOptions) -> OtherText | None:
    if options.edit:
        return OtherText(edit=options.edit)
    if not options.runbook:
        return None
    from runner.keys.catalog import Library
    from runner.model.source import SourceText
    from runner.runs.runbook_files import read_text

    path = Library.find(options.library, Path.cwd(), os.environ).runbook(options.runbook)
    return OtherText(SourceText(str(path), read_text(path)))


def _many(options: ReplayOptions, store: Store, other: OtherText | None, most: int) -> int:
    slug = ""
    if other is not None:
        slug = recorded_run(store, options.run).program.runbook.slug
    ids = newest_runs(store, most, slug)

    def work(run_id: str) -> _Replayed:
        return replay_named(store, run_id, other)

    shared = cast("list[_Replayed | None]", share_out(work, ids))
    replayed = (done or work(run_id) for run_id, done in zip(ids, shared, strict=True))
    return _show_many(tuple(replayed), options.as_json)


def _show_replay(replayed: Replayed, as_json: bool) -> int:
    found = replayed.redecided
    if as_json:
        _print_json({"format": 1, **_replayed_json(replayed)})
    else:
        for problem in replayed.problems:
            console.say(f"evidence problem: {problem}")
        if found.difference:
            console.result(differences.difference_text(found.difference, _width()))
        else:
            console.result(f"{replayed.run_id}: {found.checked} decisions, all the same again")
    return _replay_code(replayed)


def _show_supposed(one: SupposedRun, as_json: bool) -> int:
    if as_json:
        _print_json({"format": 1, **_supposed_json(one)})
    else:
        changes = differences.changes_text(one.changed, _width(), _style())
        _print_parts(changes or f"{one.run_id}: every decision is the same", _not_told(one))
    return ExitCode.FINDINGS if one.changed else ExitCode.HEALTHY


def _show_many(replayed: tuple[_Replayed, ...], as_json: bool) -> int:
    broken = [one for one in replayed if isinstance(one, Unreadable)]
    again = [one for one in replayed if isinstance(one, Replayed)]
    changed = [one for one in replayed if isinstance(one, SupposedRun) and one.changed]
    differing = [one for one in again if not one.is_same]
    if as_json:
        _print_json(
            {
                "format": 1,
                "runs": len(replayed),
                "replayed": [_replayed_json(one) for one in again],
                "supposed": [_supposed_json(one) for one in changed],
                "unreadable": [dict(vars(one)) for one in broken],
            }
        )
    else:
        rows = (
            differences.OutcomeChange(one.run_id, one.was, one.now, one.changed, one.is_told)
            for one in changed
        )
        _print_parts(
            differences.outcomes_text(tuple(rows), _width(), _style()),
            "\n".join(f"{one.run_id}: does not follow again" for one in differing),
            "\n".join(f"{one.run_id}: {one.why}" for one in broken),
            _sum(len(replayed), len(changed) + len(differing), len(broken)),
        )
    if broken or differing:
        return ExitCode.EVIDENCE_BROKEN if broken else ExitCode.FINDINGS
    return ExitCode.FINDINGS if changed else ExitCode.HEALTHY


def _sum(runs: int, changed: int, broken: int) -> str:
    damaged = f", {broken} cannot be read" if broken else ""
    return f"{runs} runs, {changed} decided differently{damaged}"


def _replay_code(replayed: Replayed) -> int:
    if replayed.problems:
        return ExitCode.EVIDENCE_BROKEN
    return ExitCode.HEALTHY if replayed.is_same else ExitCode.FINDINGS


def _replayed_json(replayed: Replayed) -> dict[str, Any]:
    return {
        "run": replayed.run_id,
        "decisions": replayed.redecided.checked,
        "same": replayed.is_same,
        "difference": differences.difference_json(replayed.redecided.difference),
        "problems": list(replayed.problems),
    }


def _supposed_json(one: SupposedRun) -> dict[str, Any]:
    return {
        "run": one.run_id,
        "was": one.was,
        "now": one.now,
        "told": one.is_told,
        "not_recorded": list(one.not_recorded),
        "not_asked": list(one.not_asked),
        "changed": differences.changes_json(one.changed),
    }


def _not_told(one: SupposedRun) -> str:
    """What the record does not hold, and the supposed run would have needed."""
    lines = [f"not recorded: a result of {key}" for key in one.not_recorded]
    lines += [f"nobody was asked: {question}" for question in one.not_asked]
    return "\n".join(lines)


def _facts(was: RecordedRun, now: RecordedRun) -> list[tuple[str, str, str]]:
    """What the two runs rest on, as far as it differs."""
    left, right = _rests_on(was), _rests_on(now)
    names = dict.fromkeys([*left, *right])
    return [
        (name, left.get(name, "none"), right.get(name, "none"))
        for name in names
        if left.get(name) != right.get(name)
    ]


def _rests_on(run: RecordedRun) -> dict[str, str]:
    started = run.state.started
    if started is None:
        return {}
    facts = {"runbook": started.runbook_slug, "text of the runbook": started.runbook_digest}
    facts |= {f"input {given.name}": given.digest for given in run.state.inputs}
    facts |= {f"KEY {one.key.text}": one.notebook_digest for one in started.keys}
    facts |= {f"contract of {one.key.text}": one.contract_digest for one in started.keys}
    facts |= {f"parameter {one.name}": str(one.value) for one in started.parameters}
    facts["mode"] = started.mode.value
    return facts | {"runner": started.runner_version, "python": started.python_version}


def _print_parts(*parts: str) -> None:
    console.result("\n\n".join(part for part in parts if part))


def _print_json(tree: dict[str, Any]) -> None:
    console.result(json.dumps(tree, indent=2, ensure_ascii=False))


def _width() -> int:
    return console.width(sys.stdout)


def _style() -> Style:
    return style_for(console.wants_colour(sys.stdout))
