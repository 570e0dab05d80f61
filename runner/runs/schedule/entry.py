"""An entry of a schedule: which runbook, when, with what, and what if that does not work out."""

from enum import Enum

from runner.model.frozen import frozen


class OnMissed(Enum):
    """What to do about times at which nobody was there to start a run."""

    RUN_ONCE = "run_once"
    """One run for all of them, as soon as somebody is there."""
    SKIP = "skip"


class OnOverlap(Enum):
    """What to do about a time at which the last run of the entry still goes on."""

    SKIP = "skip"
    QUEUE = "queue"
    """Run once more when it has ended; at most one waits."""


@frozen
class NamedText:
    """An input with its file pattern, or a parameter with its value."""

    name: str
    text: str


HORIZONS = ("immediate", "ongoing", "final")
ALL_HORIZONS = "all"


@frozen
class ScheduleEntry:
    """A `[[schedule]]` of `runbook.toml`, checked.

    `cron` has five fields and is read in the IANA zone `timezone`. The patterns of `inputs` are
    globs or dated names, relative to the folder of the file. `verify` is the horizon whose checks
    are run in place of the runbook; empty where the runbook is run.
    """

    name: str
    runbook: str
    cron: str
    timezone: str = "UTC"
    inputs: tuple[NamedText, ...] = ()
    parameters: tuple[NamedText, ...] = ()
    incident: str = ""
    verify: str = ""
    on_missed: OnMissed = OnMissed.RUN_ONCE
    on_overlap: OnOverlap = OnOverlap.SKIP
