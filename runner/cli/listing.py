"""`list` and `rule`: what there is to be run, and what a diagnostic means."""

import json
import os
from pathlib import Path

from runner.cli import console
from runner.errors import ExitCode, UsageError
from runner.keys.catalog import Library


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
    from runner.runs.runbook_files import name_of

    found = Library.find(library, Path.cwd(), os.environ)
    runbooks = [(path, name_of(path)) for path in found.runbooks()]
    keys = found.keys()
    if as_json:
        listed = {
            "runbooks": [
                {"slug": name.slug, "title": name.title, "file": str(path)}
                for path, name in runbooks
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
    _print_table("runbooks", [(name.slug, name.title) for _, name in runbooks])
    console.result("")
    _print_table("KEYs", [(key.contract.key.text, key.contract.title) for key in keys])
    return ExitCode.HEALTHY


def _print_table(title: str, rows: list[tuple[str, str]]) -> None:
    from runner.model.safe_text import safe_line

    console.result(title)
    longest = max((len(name) for name, _ in rows), default=0)
    for name, words in rows:
        console.result(f"  {safe_line(name).ljust(longest)}  {safe_line(words)}")
    if not rows:
        console.result("  none")
