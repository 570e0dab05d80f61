"""The few exceptions, each the caller's to mend, and the table of exit codes.

Faults of a document or of data are not here: they are values (`runner.model.diagnostics`).
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the `runbook` command returns; an API, documented in docs/reference/exit-codes.md."""

    HEALTHY = 0
    FINDINGS = 1
    USAGE = 2
    INVALID = 3
    FAILED = 4
    INCONCLUSIVE = 5
    WAITING = 6
    LOCKED = 7
    ACTIONS_RECOMMENDED = 10
    ESCALATE = 11
    HANDED_OVER = 12
    EVIDENCE_BROKEN = 20
    BUG = 70
    ABORTED = 128
    """Plus the number of the signal."""


class RunbookError(Exception):
    """What happened, what was not done, and the next command to type."""

    exit_code = ExitCode.USAGE

    def __init__(self, happened: str, not_done: str = "", hint: str = ""):
        super().__init__(happened)
        self.happened = happened
        self.not_done = not_done
        self.hint = hint


class UsageError(RunbookError):
    """The command line asks for something that cannot be."""


class NotFound(RunbookError):
    """A runbook, KEY or run of that name is not there."""


class InvalidRunbook(RunbookError):
    """The runbook has errors; nothing was executed."""

    exit_code = ExitCode.INVALID


class InvalidInput(RunbookError):
    """An input file or a parameter is refused; no cell ran."""

    exit_code = ExitCode.INVALID


class SandboxRefused(RunbookError):
    """The sandbox that is required cannot be had here; no cell ran."""

    exit_code = ExitCode.INVALID


class EvidenceLost(RunbookError):
    """Evidence could not be written; the run cannot claim success."""

    exit_code = ExitCode.FAILED


class EvidenceBroken(RunbookError):
    """Recorded evidence does not read as what was written."""

    exit_code = ExitCode.EVIDENCE_BROKEN


class RunLocked(RunbookError):
    """Another process holds the run."""

    exit_code = ExitCode.LOCKED
