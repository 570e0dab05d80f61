"""Commands that a runbook shows in its fences, and what came of one that a person had run."""

from enum import Enum

from runner.model.frozen import frozen


@frozen
class Command:
    """A command as it is written, numbered from 1 within its step or action.

    `refusal` says why it can only be shown and copied; empty where it can be run on a yes.
    `variables` are those of the environment that it reads. `is_alternative` says that it stands
    behind an `# OR`. `digest` is `sha256:` and hex, of the text in UTF-8.
    """

    number: int
    text: str
    digest: str
    refusal: str = ""
    variables: tuple[str, ...] = ()
    is_alternative: bool = False
    note: str = ""


class CommandEnd(Enum):
    """How a command ended."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    STOPPED = "stopped"
    """The runner stopped it: an abort or the deadline of the run."""
    NOT_STARTED = "not started"
    LOST = "no end seen"
    """The runner died meanwhile: it may have run in part."""


@frozen
class CommandResult:
    """What came of a command; standard output and error are one stream.

    `exit_code` is None where it did not exit, negative after a signal. Bytes are counted, and
    `digest` is taken, behind the mask: of all that was written, also of what was not kept.
    `excerpt` is the end of the output; `file` (relative to the run folder) has all that was kept.
    """

    end: CommandEnd
    exit_code: int | None = None
    seconds: float = 0.0
    bytes_kept: int = 0
    bytes_dropped: int = 0
    digest: str = ""
    masked: int = 0
    file: str = ""
    excerpt: str = ""
    message: str = ""

    @property
    def in_words(self) -> str:
        """How it ended, in one line."""
        if self.end is CommandEnd.EXITED:
            return f"exit code {self.exit_code}"
        return f"{self.end.value}{f': {self.message}' if self.message else ''}"
