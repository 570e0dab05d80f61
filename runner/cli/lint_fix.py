"""`lint --fix` and `--diff`: edits that change nothing for a run, each file whole or not at all."""

import sys
from difflib import unified_diff
from pathlib import Path

from runner.checks.fixes import edited, meaning, safe_edits
from runner.checks.ignores import heed_ignores
from runner.checks.selection import Selection
from runner.checks.subject import Subject
from runner.cli import console
from runner.cli.look_ahead import diagnose, known_names
from runner.document.parse import parse_runbook
from runner.errors import UsageError
from runner.evidence.atomic import write_atomically
from runner.keys.catalog import Library
from runner.model.safe_text import safe_text
from runner.model.source import SourceText
from runner.runs.loading import LoadedRunbook


def mend(
    library: Library, loaded: tuple[LoadedRunbook, ...], wanted: Selection, write: bool
) -> int:
    """Make the safe edits, or show them; how many runbooks they change."""
    changed = 0
    for one in loaded:
        text = mended_text(library, one, wanted)
        if text == one.runbook.source.text:
            continue
        changed += 1
        if write:
            _write(one.path, text)
        else:
            _show(one, text)
    verb = "mended" if write else "would be mended"
    console.say(f"{changed} runbook{'s' if changed != 1 else ''} {verb}")
    return changed


def mended_text(library: Library, loaded: LoadedRunbook, wanted: Selection) -> str:
    """The text with all safe edits; as it was where they would change what a run sees."""
    source = loaded.runbook.source
    subject = Subject(loaded.parsed, loaded.program, known_names(library))
    heeded = heed_ignores(source, diagnose(loaded, library))
    text = edited(source.text, safe_edits(subject, heeded, wanted))
    after = parse_runbook(SourceText(source.path, text)).runbook
    return text if meaning(after) == meaning(loaded.runbook) else source.text


def _write(path: Path, text: str) -> None:
    target = path.resolve()
    try:
        write_atomically(target, text.encode("utf-8"), target.stat().st_mode & 0o777)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", "it stays as it was"
        ) from error


def _show(loaded: LoadedRunbook, text: str) -> None:
    from runner.cli.lint import shown_path

    path = shown_path(loaded.path)
    before = loaded.runbook.source.text.splitlines(keepends=True)
    lines = unified_diff(before, text.splitlines(keepends=True), f"a/{path}", f"b/{path}")
    for line in lines:
        shown = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        sys.stdout.write(safe_text(shown))
