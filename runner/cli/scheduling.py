"""What `schedule list`, `render` and `run` do."""

import json
import os
import shutil
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runner.cli import console
from runner.cli.options import SchedulerKind
from runner.cli.schedule_views import entry_json, entry_text
from runner.errors import ExitCode, UsageError
from runner.evidence.store import Store
from runner.model.frozen import frozen
from runner.runs.schedule.configuration import Configuration, find_configuration
from runner.runs.schedule.decide import ON_TIME
from runner.runs.schedule.entry import ScheduleEntry
from runner.runs.schedule.ledger import FolderLedger
from runner.runs.schedule.render.setting import RenderedFile, Setting

_ANY_LATENESS = timedelta(days=36_500)


@frozen
class Place:
    """Where the schedule is, where runs are kept, and what time it is said to be."""

    config: Path | None
    evidence_dir: Path | None
    library: Path | None
    now: str

    def configuration(self) -> Configuration:
        """The entries. Raises what `find_configuration` raises."""
        return find_configuration(self.config, Path.cwd(), os.environ, self.library)

    def store(self) -> Store:
        """The store."""
        return Store.locate(self.evidence_dir, os.environ)

    def clock(self) -> "WallClock":
        """The clock of the system, or one that began at `now`. Raises UsageError."""
        return WallClock(self.now)


@frozen
class Watching:
    """How `schedule run` was called."""

    names: tuple[str, ...]
    once: bool
    grace: float
    late_by: float | None


class WallClock:
    """The time of day; with `beginning` an imagined one that goes on from there."""

    def __init__(self, beginning: str = ""):
        self._offset = timedelta(0)
        if beginning:
            try:
                began = datetime.fromisoformat(beginning)
            except ValueError as error:
                raise UsageError(f"--now {beginning!r} is no ISO time") from error
            if began.tzinfo is None:
                raise UsageError(f"--now {beginning!r} has no offset from UTC")
            self._offset = began - datetime.now(UTC)

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC) + self._offset

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        time.sleep(seconds)


def list_command(place: Place, as_json: bool) -> int:
    """Print the entries with their next times and last runs."""
    configuration = place.configuration()
    clock = place.clock()
    ledger = FolderLedger(place.store(), configuration.path, (clock.now, time.monotonic))
    rows = [(entry, ledger.state(entry)) for entry in configuration.entries]
    if as_json:
        listed = [entry_json(entry, state, clock.now()) for entry, state in rows]
        console.result(json.dumps(listed, indent=2, ensure_ascii=False))
        return ExitCode.HEALTHY
    for entry, state in rows:
        console.result(entry_text(entry, state, clock.now()))
    if not rows:
        console.say(f"{configuration.path} has no [[schedule]]")
    return ExitCode.HEALTHY


def render_command(
    kinds: tuple[SchedulerKind, ...],
    names: tuple[str, ...],
    image: str,
    output: Path | None,
    place: Place,
) -> int:
    """Print the files for one scheduler, or write them."""
    if len(kinds) != 1:
        raise UsageError(
            "one scheduler is wanted", "", "one of --systemd, --cron, --k8s and --github"
        )
    configuration = place.configuration()
    setting = Setting(
        command=_own_command(),
        config=configuration.path,
        store=place.store().root,
        config_there=_relative(configuration.path),
        image=image,
        library=place.library.absolute() if place.library else None,
        now=place.clock().now(),
    )
    files = _rendered(kinds[0], configuration.named(names), setting)
    for file in files:
        if output is None:
            console.result(f"# {file.name}\n{file.text}")
        else:
            console.result(str(_write(output / file.name, file.text)))
    return ExitCode.HEALTHY


def run_command(watching: Watching, place: Place) -> int:
    """Watch the schedule until a signal, or run what is due now."""
    from runner.runs.schedule.launch import ProcessLauncher
    from runner.runs.schedule.watch import Ports, Watch

    configuration = place.configuration()
    entries = configuration.named(watching.names)
    store, clock = place.store(), place.clock()
    ledger = FolderLedger(store, configuration.path, (clock.now, time.monotonic))
    library = ("--library", str(place.library.absolute())) if place.library else ()
    launcher = ProcessLauncher(ledger, store, configuration.path.parent, library, os.environ)
    is_called = watching.once and bool(watching.names)
    on_time = _ANY_LATENESS if is_called else ON_TIME
    if watching.late_by is not None:
        on_time = timedelta(seconds=watching.late_by)
    ports = Ports(ledger, launcher, clock, console.say)
    watch = Watch(entries, ports, on_time, owes_last=watching.once)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, frame: watch.stop(received))
    if watching.once:
        return watch.run_once(watching.grace)
    console.say(f"watching {len(entries)} of {configuration.path}; stop with SIGTERM")
    return watch.run_forever(watching.grace)


def _rendered(
    kind: SchedulerKind, entries: tuple[ScheduleEntry, ...], setting: Setting
) -> tuple[RenderedFile, ...]:
    from runner.runs.schedule.render.crontab import crontab_file
    from runner.runs.schedule.render.github import github_file
    from runner.runs.schedule.render.kubernetes import kubernetes_file
    from runner.runs.schedule.render.systemd import systemd_files

    match kind:
        case SchedulerKind.SYSTEMD:
            return tuple(file for entry in entries for file in systemd_files(entry, setting))
        case SchedulerKind.CRON:
            return (crontab_file(entries, setting),)
        case SchedulerKind.KUBERNETES:
            return tuple(kubernetes_file(entry, setting) for entry in entries)
        case SchedulerKind.GITHUB:
            return tuple(github_file(entry, setting) for entry in entries)


def _own_command() -> tuple[str, ...]:
    beside = Path(sys.executable).with_name("runbook")
    found = str(beside) if beside.is_file() else shutil.which("runbook")
    return (found,) if found else (sys.executable, "-m", "runner")


def _relative(config: Path) -> str:
    here = Path.cwd()
    return str(config.relative_to(here)) if config.is_relative_to(here) else config.name


def _write(path: Path, text: str) -> Path:
    from runner.evidence.atomic import write_atomically

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text.encode(), 0o644)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    return path
