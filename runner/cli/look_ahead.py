"""`plan`, `rule` and `list`: what can be said without executing anything."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import console
from runner.errors import ExitCode, UsageError
from runner.keys.catalog import Library
from runner.model.diagnostics import Diagnostic
from runner.runs.loading import LoadedRunbook, load_runbook

if TYPE_CHECKING:
    from runner.checks.subject import KnownNames


def plan_command(name: str, as_json: bool, library: Path | None) -> int:
    """Print the plan of a runbook."""
    from runner.report.plan import plan_json, plan_text

    program = load_runbook(_library(library), name).program
    if as_json:
        console.result(json.dumps(plan_json(program), indent=2, ensure_ascii=False))
    else:
        console.result(plan_text(program, console.width(sys.stdout)).rstrip())
    return ExitCode.HEALTHY


def rule_command(code: str) -> int:
    """Print what a diagnostic means."""
    from runner.checks.reference import explain
    from runner.checks.rules import RULES

    if code.upper() not in {rule.code for rule in RULES}:
        known = ", ".join(rule.code for rule in RULES)
        raise UsageError(f"there is no rule {code!r}", "", f"the rules: {known}")
    console.result(explain(code.upper()))
    return ExitCode.HEALTHY


def list_command(as_json: bool, library: Path | None) -> int:
    """Print the runbooks and KEYs that are found."""
    found = _library(library)
    runbooks = [load_runbook(found, str(path)) for path in found.runbooks()]
    keys = found.keys()
    if as_json:
        listed = {
            "runbooks": [
                {"slug": one.runbook.slug, "title": one.runbook.title, "file": str(one.path)}
                for one in runbooks
            ],
            "keys": [
                {
                    "key": key.contract.key.text,
                    "title": key.contract.title,
                    "folder": str(key.folder),
                }
                for key in keys
            ],
        }
        console.result(json.dumps(listed, indent=2, ensure_ascii=False))
        return ExitCode.HEALTHY
    rows = [(one.runbook.slug, one.runbook.title) for one in runbooks]
    _print_table("runbooks", rows)
    console.result("")
    _print_table("KEYs", [(key.contract.key.text, key.contract.title) for key in keys])
    return ExitCode.HEALTHY


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


def _library(explicit: Path | None) -> Library:
    return Library.find(explicit, Path.cwd(), os.environ)


def _print_table(title: str, rows: list[tuple[str, str]]) -> None:
    from runner.model.safe_text import safe_line

    console.result(title)
    longest = max((len(name) for name, _ in rows), default=0)
    for name, words in rows:
        console.result(f"  {safe_line(name).ljust(longest)}  {safe_line(words)}")
    if not rows:
        console.result("  none")
