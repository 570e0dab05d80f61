"""`lint`: what is wrong with runbooks, in the format of whoever asks; and what can be mended."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from runner.checks.check import check_runbook
from runner.checks.ignores import heed_ignores
from runner.checks.selection import Selection
from runner.checks.subject import KnownNames
from runner.cli import console
from runner.cli.look_ahead import known_names
from runner.cli.sharing import share_out
from runner.errors import ExitCode, InvalidRunbook, RunbookError, UsageError
from runner.keys.catalog import Library
from runner.model.diagnostics import DiagnosedDocument, Severity
from runner.model.frozen import frozen
from runner.model.source import SourceText
from runner.report.lint_formats.formats import FORMATS, find_format
from runner.report.lint_formats.linted import Linted, LintRule
from runner.runs.loading import LoadedRunbook, load_runbook


@frozen
class Checker:
    """What runbooks are checked with."""

    library: Library
    known: KnownNames
    wanted: Selection

    def check(self, name: str) -> DiagnosedDocument:
        """The runbook with what is wrong with it. Raises what `load_runbook` raises."""
        loaded = load_runbook(self.library, name)
        source = loaded.runbook.source
        heeded = heed_ignores(source, check_runbook(loaded.parsed, loaded.program, self.known))
        found = tuple(d for d in heeded.diagnostics if self.wanted.wants(d.code))
        return DiagnosedDocument(SourceText(shown_path(loaded.path), source.text), found)

    def attempt(self, name: str) -> DiagnosedDocument | None:
        """The same, and None where that raises."""
        try:
            return self.check(name)
        except RunbookError:
            return None


@frozen
class LintOptions:
    """The command line of `runbook lint`."""

    names: tuple[str, ...] = ()
    form: str = "full"
    output: Path | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    strict: bool = False
    fix: bool = False
    diff: bool = False
    library: Path | None = None


def lint_command(options: LintOptions) -> int:
    """Print what is wrong with runbooks; 1 where something is, notes aside unless strict.

    3 where a file is no text; the others are checked all the same.
    """
    form = _format(options.form)
    wanted = Selection.of(options.select, options.ignore)
    library = Library.find(options.library, Path.cwd(), os.environ)
    names, unreadable = _files(library, options), 0
    if options.diff or options.fix:
        from runner.cli.lint_fix import mend

        loaded, unreadable = _load(library, names)
        changed = mend(library, loaded, wanted, write=not options.diff)
        if options.diff:
            return ExitCode.INVALID if unreadable else int(changed > 0)
        names = tuple(str(one.path) for one in loaded)
    documents, more = _checked(Checker(library, known_names(library), wanted), names)
    unreadable += more
    _print(form, documents, options)
    counted = _counted(documents)
    console.say(_summary(counted, len(documents)))
    if unreadable:
        return ExitCode.INVALID
    faults = counted[Severity.ERROR] + counted[Severity.WARNING]
    return ExitCode.FINDINGS if faults + counted[Severity.NOTE] * options.strict else 0


def _format(name: str) -> Callable[[Linted], str]:
    form = find_format(name)
    if form is None:
        known = ", ".join(known for known, _ in FORMATS)
        raise UsageError(f"there is no format {name!r}", "nothing was checked", f"one of: {known}")
    return form


def _files(library: Library, options: LintOptions) -> tuple[str, ...]:
    """What is named, or all runbooks; of those only the project's own where lint may write."""
    if options.names:
        return tuple(dict.fromkeys(options.names))
    files = library.runbooks()
    if options.fix:
        files = tuple(file for file in files if file.is_relative_to(Path.cwd()))
    return tuple(str(file) for file in files)


def _load(library: Library, names: tuple[str, ...]) -> tuple[tuple[LoadedRunbook, ...], int]:
    """The runbooks that are text, and how many are not; each of those is said."""
    loaded = []
    for name in names:
        try:
            loaded.append(load_runbook(library, name))
        except InvalidRunbook as error:
            console.print_error(error)
    return tuple(loaded), len(names) - len(loaded)


def _checked(checker: Checker, names: tuple[str, ...]) -> tuple[tuple[DiagnosedDocument, ...], int]:
    """The runbooks that are text, by all cores, and how many are not; each of those is said."""
    documents = []
    for name, found in zip(names, share_out(checker.attempt, names), strict=True):
        try:
            documents.append(found or checker.check(name))
        except InvalidRunbook as error:
            console.print_error(error)
    return tuple(documents), len(names) - len(documents)


def shown_path(path: Path) -> str:
    """A path from the working directory where it is below it, as CI services want it."""
    try:
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return str(path)


def _print(
    form: Callable[[Linted], str], documents: tuple[DiagnosedDocument, ...], options: LintOptions
) -> None:
    from runner.checks.rules import RULES
    from runner.report.style import style_for
    from runner.version import VERSION

    rules = tuple(LintRule(r.code, r.name, r.severity, r.summary, r.why) for r in RULES)
    in_colour = options.output is None and console.wants_colour(sys.stdout)
    text = form(Linted(documents, rules, VERSION, style_for(in_colour)))
    if options.output is not None:
        _write(options.output, text)
    elif text:
        console.result(text.rstrip("\n"))


def _write(path: Path, text: str) -> None:
    from runner.evidence.atomic import write_atomically

    try:
        write_atomically(path, text.encode("utf-8", "replace"), 0o644)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", "the findings were not kept"
        ) from error


def _counted(documents: tuple[DiagnosedDocument, ...]) -> dict[Severity, int]:
    counted = dict.fromkeys(Severity, 0)
    for document in documents:
        for found in document.diagnostics:
            counted[found.severity] += 1
    return counted


def _summary(counted: dict[Severity, int], runbooks: int) -> str:
    parts = [
        f"{count} {severity.value}{'s' if count != 1 else ''}"
        for severity, count in counted.items()
    ]
    return f"{', '.join(parts)} in {runbooks} runbook{'s' if runbooks != 1 else ''}"
