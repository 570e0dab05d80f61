"""How a run is left and taken up again: events, and what of a request is kept for that.

`runner.model.events` lists these events among all others.
"""

from enum import Enum

from runner.model.frozen import frozen


@frozen
class GivenFile:
    """An input file as it was asked for: the contract's name, the absolute path, `-` for stdin."""

    name: str
    path: str


@frozen
class GivenAnswer:
    """An answer that was given ahead: what it is to, and its words."""

    subject: str
    words: str


@frozen
class Setting:
    """A limit or another bound that was not left as it is: its value, and who said it.

    `name` is that of a limit, with `key.` before it where it is for that KEY alone, or one of
    `run_seconds`, `sandbox.level`, `sandbox.require`. `source` is an option, a variable, or file
    and line.
    """

    name: str
    value: str
    source: str


class WhySuspended(Enum):
    """Why a run was left without an end."""

    PERSON = "it waits for a person"
    SIGNAL = "it was stopped by a signal"


@frozen
class RunSuspended:
    """The run was left in order, to be resumed: nothing of it runs any more.

    `question_id` is the question that waits; `by` and `reason` are of who left it.
    """

    why: WhySuspended
    question_id: str = ""
    by: str = ""
    reason: str = ""
    signal: int = 0


@frozen
class RunResumed:
    """A process took the run up again. KEYs that had no end have none; a yes not used is void.

    `settings` are those of this process.
    """

    by: str
    host: str
    command: str = ""
    runner_version: str = ""
    python_version: str = ""
    settings: tuple[Setting, ...] = ()


@frozen
class ClockStepped:
    """The wall clock moved by `seconds` against the monotonic one since the line before.

    It was set, or the machine slept. Negative: it was set back.
    """

    seconds: float


@frozen
class AnswerDelivered:
    """An answer from outside this process was taken out of the inbox of the run.

    `by` is the login of the owner of the file, whose user id is `uid`; `shown` the digest of the
    question as it was shown there. `refused` says why it does not count; empty where it does.
    """

    file: str
    question_id: str
    shown: str
    by: str
    uid: int
    refused: str = ""
