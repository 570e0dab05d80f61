"""`runbook rehearse`: scripted cases run, their coverage, and proposals for what is missing."""

import json
import os
import sys
from pathlib import Path

from runner.cli import console
from runner.errors import ExitCode, NotFound, UsageError
from runner.keys.catalog import Library
from runner.model.frozen import frozen
from runner.model.rehearsals import Rehearsed
from runner.runs.rehearsals import LoadedRehearsal, load_rehearsal, rehearse_all


@frozen
class RehearseOptions:
    """The options of `runbook rehearse`, as they were typed."""

    names: tuple[str, ...]
    cases: Path | None
    coverage_min: float | None
    generate: bool
    as_json: bool
    library: Path | None


def rehearse_command(options: RehearseOptions) -> int:
    """Rehearse and print; 1 where a case fails or the coverage is too small."""
    if options.cases and len(options.names) != 1:
        raise UsageError("--cases belongs to one runbook", "nothing was rehearsed")
    library = Library.find(options.library, Path.cwd(), os.environ)
    names = options.names or tuple(str(path) for path in library.runbooks())
    loaded = [load_rehearsal(library, name, options.cases) for name in names]
    if options.generate:
        for one in loaded:
            _propose(one)
        return ExitCode.HEALTHY
    if options.names:
        _refuse_missing(options.names, loaded)
    rehearsed = tuple(rehearse_all(one) for one in loaded)
    _print(rehearsed, options.as_json)
    least = options.coverage_min or 0
    short = [each for each in rehearsed if each.coverage.percent < least]
    for each in short:
        console.say(f"{each.runbook}: {each.coverage.percent:.1f} % is below {least:g} %")
    return ExitCode.FINDINGS if short or any(each.failed for each in rehearsed) else 0


def _refuse_missing(names: tuple[str, ...], loaded: list[LoadedRehearsal]) -> None:
    for name, one in zip(names, loaded, strict=True):
        if not one.rehearsal.cases:
            raise NotFound(
                f"{name} has no rehearsal: {_lack(one.file)}",
                "nothing was rehearsed",
                f"runbook rehearse {name} --generate > {one.file}",
            )


def _lack(file: Path) -> str:
    return f"{file} is empty" if file.is_file() else f"there is no {file}"


def _print(rehearsed: tuple[Rehearsed, ...], as_json: bool) -> None:
    from runner.report.rehearsals import rehearsals_json, rehearsals_text
    from runner.report.style import style_for

    if as_json:
        console.result(json.dumps(rehearsals_json(rehearsed), indent=2, ensure_ascii=False))
        return
    style = style_for(console.wants_colour(sys.stdout))
    console.result(rehearsals_text(rehearsed, console.width(sys.stdout), style).rstrip())


def _propose(loaded: LoadedRehearsal) -> None:
    """Print cases to add; never write them."""
    from runner.runs.proposals import propose
    from runner.runs.rehearsal_toml import case_toml

    proposals = propose(loaded.program, rehearse_all(loaded).coverage)
    slug = loaded.program.runbook.slug
    if proposals.cases:
        console.result(
            f"# Proposed for {loaded.file.name}: what the runner makes of {slug} today.\n"
            "# Read every case before you keep it.\n"
        )
    for case in proposals.cases:
        console.result(case_toml(case))
    for branch in proposals.unreached:
        what = " and ".join(branch.missing)
        console.say(f"{slug}:{branch.line}: no case found: {branch.place}, {branch.text} ({what})")
    if not proposals.cases and not proposals.unreached:
        console.say(f"{slug}: every branch is reached; there is nothing to propose")
