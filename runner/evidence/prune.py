"""Removing old runs: noted in the log of the store first, so that what stays proves itself."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from runner.errors import RunLocked
from runner.evidence.disk import or_evidence_lost
from runner.evidence.standing import Finished, standing_of
from runner.evidence.store import Store
from runner.evidence.store_log import StoreLog
from runner.evidence.summary import look_at
from runner.model.frozen import frozen


@frozen
class OldRun:
    """A run that a rule removes: its id, its bytes on disk, and which rule."""

    id: str
    size: int
    why: str


@frozen
class PruneRule:
    """What may go: runs that began before `oldest`, and the oldest ones above `most_bytes`."""

    oldest: datetime | None
    most_bytes: int | None


def runs_to_prune(store: Store, rule: PruneRule) -> tuple[OldRun, ...]:
    """The runs that the rule removes, oldest first. Only finished ones that nobody holds."""
    found, total = [], 0
    for run_id in store.runs():
        folder = store.folder_of(run_id)
        size = _size_of(folder)
        total += size
        if not isinstance(standing_of(folder), Finished):
            continue
        began = look_at(folder).summary.started
        if rule.oldest and began and began < rule.oldest:
            found.append(OldRun(run_id, size, "older than asked for"))
        elif rule.most_bytes is not None and total > rule.most_bytes:
            found.append(OldRun(run_id, size, "beyond the size asked for"))
    return tuple(reversed(found))


def prune(store: Store, runs: tuple[OldRun, ...], now: Callable[[], datetime]) -> tuple[str, ...]:
    """Remove these runs; the ids of those removed. A run that somebody holds meanwhile stays.

    Each is noted as pruned before its folder goes. Raises EvidenceLost where that fails.
    """
    removed = []
    for run in runs:
        try:
            held = store.take(run.id)
        except RunLocked:
            continue
        with held, or_evidence_lost(f"remove run {run.id}"):
            StoreLog(store.root).pruned(held.path, now())
            hidden = held.path.with_name(f".pruned-{run.id}")
            held.path.rename(hidden)
            shutil.rmtree(hidden)
            removed.append(run.id)
    return tuple(removed)


def before(now: datetime, days: float) -> datetime:
    """The time that many days ago."""
    return now - timedelta(days=days)


def _size_of(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
