"""`plan`: what can be said of a run without executing anything."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import console
from runner.cli.containment import from_environment
from runner.errors import ExitCode, UsageError
from runner.keys.catalog import Library
from runner.model.diagnostics import Diagnostic
from runner.model.frozen import frozen
from runner.runs.loading import LoadedRunbook, load_runbook

if TYPE_CHECKING:
    from runner.checks.subject import KnownNames
    from runner.report.plan import Plan

PLAN_FORMATS = ("text", "json", "mermaid", "svg")


@frozen
class PlanOptions:
    """The options of `runbook plan`, as they were typed."""

    name: str
    inputs: tuple[str, ...]
    parameters: tuple[str, ...]
    from_step: str
    until_step: str
    form: str
    evidence_dir: Path | None
    library: Path | None


def plan_command(options: PlanOptions) -> int:
    """Print the plan of a runbook, with what is given for a run; it is looked at, not kept."""
    from runner.cli.typed_values import given_inputs, pairs
    from runner.report.plan import Plan, next_command, plan_text
    from runner.runs.assignment import assign_inputs, assign_parameters, check_notebooks

    if options.form not in PLAN_FORMATS:
        known = ", ".join(PLAN_FORMATS)
        raise UsageError(f"there is no format {options.form!r}", "", f"one of: {known}")
    library = Library.find(options.library, Path.cwd(), os.environ)
    loaded = load_runbook(library, options.name, options.from_step, options.until_step)
    parameters = assign_parameters(loaded, pairs("--param", options.parameters))
    given = assign_inputs(loaded, given_inputs(options.inputs), False, parameters)
    check_notebooks(loaded, given, parameters)
    plan = Plan(
        loaded.program,
        frozenset(one.name for one in given),
        from_environment().bounds().settings(key.contract for key in loaded.keys),
        tuple(_usual_seconds(loaded, options.evidence_dir)),
        typed=tuple(_typed(options)),
    )
    if options.form == "text":
        console.result(plan_text(plan, console.width(sys.stdout)).rstrip())
        console.say(f"next: {next_command(plan)}")
    else:
        console.result(_plan_for_programs(plan, options.form).rstrip())
    return ExitCode.HEALTHY


def _typed(options: PlanOptions) -> Iterator[str]:
    for option, texts in (("-i", options.inputs), ("-p", options.parameters)):
        for text in texts:
            yield from (option, text)


def _usual_seconds(loaded: LoadedRunbook, evidence_dir: Path | None) -> Iterator[tuple[str, float]]:
    """What the index of earlier runs knows; where there is none, none is made."""
    from runner.evidence.index import Index
    from runner.evidence.store import Store

    index = Index(Store.locate(evidence_dir, os.environ), patience_seconds=0.1)
    for key in loaded.keys if index.path.is_file() else ():
        name = key.contract.key.text
        if (seconds := index.usual_seconds(name)) is not None:
            yield name, seconds


def _plan_for_programs(plan: "Plan", form: str) -> str:
    match form:
        case "mermaid":
            from runner.report.mermaid import plan_mermaid

            return plan_mermaid(plan.program, plan.assumed)
        case "svg":
            from runner.report.svg import plan_svg

            return plan_svg(plan.program, plan.assumed)
        case _:
            from runner.report.plan_json import plan_json

            return json.dumps(plan_json(plan), indent=2, ensure_ascii=False)


def diagnose(loaded: LoadedRunbook, library: Library) -> tuple[Diagnostic, ...]:
    """Everything that lint finds in a runbook."""
    from runner.checks.check import check_runbook

    return check_runbook(loaded.parsed, loaded.program, known_names(library))


def known_names(library: Library) -> "KnownNames":
    """The names of KEYs and runbooks that a runbook may speak of."""
    from runner.checks.subject import KnownNames

    slugs = tuple(
        path.parent.name if path.name == "README.md" else path.stem for path in library.runbooks()
    )
    keys = tuple(name.text for name in library.key_names())
    return KnownNames(keys=keys, runbooks=slugs)
