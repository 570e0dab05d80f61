"""`evidence`: proving that runs are as they were sealed, handing them on, removing old ones."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli import console
from runner.errors import ExitCode, NotFound, UsageError
from runner.evidence.store import Store
from runner.model.safe_text import safe_line

if TYPE_CHECKING:
    from runner.evidence.signing import PublicKey


def verify_command(name: str, public_key: Path | None, evidence_dir: Path | None) -> int:
    """Check one run of the store, or the run in an archive."""
    from runner.evidence.archive import unpacked

    key = _key(public_key)
    if Path(name).is_file():
        with unpacked(Path(name)) as folder:
            return _show_verified(folder, key)
    store = Store.locate(evidence_dir, os.environ)
    return _show_verified(store.folder_of(store.find(name)), key)


def verify_store_command(
    every_run: bool, checkpoint: Path | None, public_key: Path | None, evidence_dir: Path | None
) -> int:
    """Check the log of the store, against a checkpoint where one is given, and every run."""
    from runner.evidence.checkpoint import checkpoint_problems, read_checkpoint
    from runner.evidence.seal import verify_run

    store, key = Store.locate(evidence_dir, os.environ), _key(public_key)
    noted = read_checkpoint(_text_of(checkpoint)) if checkpoint else None
    problems = list(checkpoint_problems(store.root, noted, key))
    runs = store.runs() if every_run else ()
    for run_id in runs:
        problems += [f"{run_id}: {one}" for one in verify_run(store.folder_of(run_id), key)]
    for problem in problems:
        console.result(safe_line(problem))
    if problems:
        return ExitCode.EVIDENCE_BROKEN
    checked = f"{len(runs)} runs are as they were sealed; " if every_run else ""
    fits = "and fits the checkpoint" if noted else "and fits its runs"
    console.result(f"{checked}the log of the store is whole {fits}")
    return ExitCode.HEALTHY


def export_command(name: str, output: Path | None, evidence_dir: Path | None) -> int:
    """Write the archive, and print its path."""
    from runner.evidence.archive import SUFFIX, export_run

    store = Store.locate(evidence_dir, os.environ)
    run_id = store.find(name)
    target = output or Path(f"{run_id}{SUFFIX}")
    export_run(store.folder_of(run_id), target)
    console.result(str(target))
    return ExitCode.HEALTHY


def checkpoint_command(evidence_dir: Path | None) -> int:
    """Print a checkpoint of the store, signed where a key is configured."""
    from runner.evidence.checkpoint import checkpoint_text
    from runner.evidence.signing import configured_key

    store = Store.locate(evidence_dir, os.environ)
    console.result(checkpoint_text(store.root, configured_key(os.environ)).rstrip("\n"))
    return ExitCode.HEALTHY


def prune_command(
    older_than: float | None, max_size: float | None, yes: bool, evidence_dir: Path | None
) -> int:
    """List the runs that the rule removes, and remove them on a yes."""
    from runner.evidence.prune import PruneRule, before, prune, runs_to_prune
    from runner.report.measures import show_size

    if older_than is None and max_size is None:
        hint = "runbook evidence prune --older-than 400"
        raise UsageError("nothing says which runs are old", "Nothing was removed.", hint)
    now = datetime.now(UTC)
    oldest = None if older_than is None else before(now, older_than)
    most = None if max_size is None else int(max_size * 10**9)
    store = Store.locate(evidence_dir, os.environ)
    old = runs_to_prune(store, PruneRule(oldest, most))
    for run in old:
        console.result(f"{run.id}  {show_size(run.size)}  {run.why}")
    if not yes:
        console.say(f"{len(old)} runs; remove them: the same command with --yes")
        return ExitCode.HEALTHY
    removed = prune(store, old, lambda: datetime.now(UTC))
    console.say(f"{len(removed)} runs removed, and noted in the log of the store")
    return ExitCode.HEALTHY


def _show_verified(folder: Path, key: "PublicKey | None") -> int:
    from runner.evidence.not_kept import inputs_not_kept
    from runner.evidence.seal import is_signed, verify_run
    from runner.report.measures import show_size

    problems = verify_run(folder, key)
    for problem in problems:
        console.result(safe_line(problem))
    if problems:
        return ExitCode.EVIDENCE_BROKEN
    signed = ", and its seal is signed with this key" if key else ""
    if not key and is_signed(folder):
        signed = "; its seal is signed, by whom is not checked without --public-key"
    console.result(
        f"{folder.name}: every file is as it was sealed, and the journal is unbroken{signed}"
    )
    for one in inputs_not_kept(folder):
        size = show_size(one.size)
        said = f"not kept: input {one.name}, {one.file}, {size}, {one.digest}"
        console.result(safe_line(said))
    return ExitCode.HEALTHY


def _key(public_key: Path | None) -> "PublicKey | None":
    from runner.evidence.signing import load_public_key

    return load_public_key(public_key) if public_key else None


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"{file} cannot be read: {error}", "Nothing was checked.") from error
