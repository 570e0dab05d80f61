"""`fmt`: runbooks in canonical form, on disk or as a diff."""

import os
import stat
from difflib import unified_diff
from pathlib import Path

from runner.cli import console
from runner.errors import ExitCode, UsageError
from runner.keys.catalog import Library
from runner.model.frozen import frozen
from runner.model.safe_text import safe_line, safe_text


@frozen
class Formatted:
    """A runbook that is not in canonical form, and that form."""

    path: Path
    before: str
    after: str


def fmt_command(names: tuple[str, ...], check: bool, diff: bool, library: Path | None) -> int:
    """Rewrite runbooks in canonical form; with `check` or `diff` only say so, and then 1."""
    found = Library.find(library, Path.cwd(), os.environ)
    paths = tuple(found.runbook(name) for name in names) or _own(found)
    changed = [one for path in paths if (one := _formatted(path))]
    for one in changed:
        if diff:
            console.result(safe_text(_diff(one)).rstrip("\n"))
        else:
            console.result(f"{'would change' if check else 'changed'}  {safe_line(str(one.path))}")
        if not (check or diff):
            _write(one)
    verb = "would be changed" if check or diff else "changed"
    console.say(f"{len(changed)} of {len(paths)} {verb}")
    return ExitCode.FINDINGS if changed and (check or diff) else ExitCode.HEALTHY


def _own(library: Library) -> tuple[Path, ...]:
    """The runbooks of the library around the working folder; those of others are not ours."""
    cwd = Path.cwd().resolve()
    own = tuple(root for root in library.roots[:1] if cwd.is_relative_to(root))
    if not own:
        raise UsageError("there is no library here", "nothing was changed", "name the files")
    return Library(own).runbooks()


def _formatted(path: Path) -> Formatted | None:
    from runner.document.canonical import canonical_text
    from runner.model.source import SourceText
    from runner.runs.runbook_files import read_text

    before = read_text(path)
    after = canonical_text(SourceText(str(path), before))
    return None if before == after else Formatted(path, before, after)


def _write(one: Formatted) -> None:
    from runner.evidence.atomic import write_atomically

    target = one.path.resolve()
    try:
        write_atomically(target, one.after.encode(), stat.S_IMODE(target.stat().st_mode))
    except OSError as error:
        raise UsageError(
            f"{one.path} cannot be written: {error.strerror}", "it is as it was"
        ) from error


def _diff(one: Formatted) -> str:
    before, after = one.before.splitlines(True), one.after.splitlines(True)
    lines = unified_diff(before, after, str(one.path), f"{one.path} (canonical)")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)
