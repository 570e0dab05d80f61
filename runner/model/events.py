"""What happened in a run: each a fact from outside or a decision. The journal is a list of these.

A run's state is the fold of its events; nothing else is remembered.
"""

from datetime import datetime

from runner.model.commands import CommandResult
from runner.model.conditions import Reason
from runner.model.contract import Limits, ParameterValue
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, KeyName, StepId
from runner.model.interruptions import (
    AnswerDelivered,
    ClockStepped,
    GivenAnswer,
    GivenFile,
    RunResumed,
    RunSuspended,
    Setting,
)
from runner.model.results import KeyFailure, KeyResult, Redaction, StagedInput
from runner.model.runbook import StandingKind
from runner.model.runs import Answer, Mode, Move, OpenQuestion, Outcome, Trigger


@frozen
class KeyRecord:
    """A KEY that the run knows: digests (`sha256:` and hex) of its contract and its notebook."""

    key: KeyName
    version: str
    contract_digest: str
    notebook_digest: str


@frozen
class Parameter:
    """A parameter given by the caller."""

    name: str
    value: ParameterValue


@frozen
class RunStarted:
    """The first event: what is run, how, by whom, with which versions.

    `runbook_file` is the copy in the run folder, `runbook_path` where it was read; `began` (UTC) is
    the time from which the windows of the steps are counted back, but for a run on a sample, whose
    own clock says `as_of`. A verification says of which `horizon` its checks are, and which run it
    `verifies`. `given` are the input files that were asked for, `answers` those given ahead,
    `libraries` the folders in which KEYs were looked for, `environment_digest` that of the list of
    installed packages in the run folder. `settings` are the bounds that were not left as they are;
    `by_resident` says that a resident process did it.
    The columns `redact` are redacted in every input, besides those that the contracts name.
    `secrets` are the names of those that were given.
    """

    run_id: str
    runbook_slug: str
    runbook_title: str
    runbook_path: str
    runbook_file: str
    runbook_digest: str
    mode: Mode
    trigger: Trigger
    keys: tuple[KeyRecord, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    from_step: str = ""
    until_step: str = ""
    runner_version: str = ""
    python_version: str = ""
    owner: str = ""
    last_review: str = ""
    git_commit: str = ""
    began: datetime | None = None
    horizon: str = ""
    verifies: str = ""
    given: tuple[GivenFile, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()
    libraries: tuple[str, ...] = ()
    environment_digest: str = ""
    redact: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    by_resident: bool = False
    as_of: datetime | None = None


@frozen
class RunbookRebased:
    """The run goes on with a runbook, KEYs or packages that changed meanwhile.

    `runbook_file`, `contracts` (a folder) and `environment_file` are the new copies in the run
    folder. All decisions are made anew from the facts so far; results of the KEYs in `void` are no
    facts any more. `changes` says in words what changed.
    """

    runbook_file: str
    runbook_digest: str
    contracts: str
    keys: tuple[KeyRecord, ...]
    environment_file: str
    environment_digest: str
    by: str
    changes: tuple[str, ...]
    void: tuple[KeyName, ...] = ()


@frozen
class InputStaged:
    """An input was copied into the run folder and hashed."""

    staged: StagedInput


@frozen
class StepEntered:
    """The run reached a place, for the `visit`th time."""

    step: StepId
    visit: int


@frozen
class StepSkipped:
    """A step was passed over, and why ("needs a person")."""

    step: StepId
    visit: int
    why: str


@frozen
class KeyStarted:
    """A KEY is about to be executed; `ahead` says that its step is not reached yet.

    `secrets` are the names of those that it is given.
    """

    invocation: InvocationId
    key: KeyName
    attempt: int
    ahead: bool
    inputs: tuple[StagedInput, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    limits: Limits | None = None
    secrets: tuple[str, ...] = ()


@frozen
class KeyFinished:
    """A KEY kept its contract."""

    invocation: InvocationId
    attempt: int
    result: KeyResult


@frozen
class KeyFailed:
    """A KEY gave no result."""

    invocation: InvocationId
    attempt: int
    failure: KeyFailure


@frozen
class KeyResultAdmitted:
    """The result of a KEY counts from here on."""

    invocation: InvocationId


@frozen
class KeyResultDiscarded:
    """The result of a KEY that ran ahead does not count, and why."""

    invocation: InvocationId
    why: str


@frozen
class ExpectationJudged:
    """What should be, against what is."""

    step: StepId
    visit: int
    ordinal: int
    text: str
    reason: Reason


@frozen
class BranchDecided:
    """A branch got its verdict. `leads_to` are its consequences in words; `line` its source line.

    A later one with the same step, visit and ordinal replaces it: a person answered.
    """

    step: StepId
    visit: int
    ordinal: int
    text: str
    reason: Reason
    leads_to: tuple[str, ...]
    line: int


@frozen
class StandingConditionHeld:
    """An `Escalate if` or `Rollback if` condition holds, seen after a step."""

    kind: StandingKind
    ordinal: int
    text: str
    reason: Reason
    after: StepId


@frozen
class DestinationChosen:
    """Where the run goes from a step, and why."""

    step: StepId
    visit: int
    move: Move
    why: str


@frozen
class QuestionOpened:
    """A question was put to a person, or to whoever stands in."""

    question: OpenQuestion


@frozen
class QuestionAnswered:
    """A question was answered, or nobody was there to answer it."""

    question_id: str
    answer: Answer


@frozen
class InputRefused:
    """A file that was offered for an input is not taken in, and why; the question stays open."""

    question_id: str
    name: str
    path: str
    why: str


@frozen
class CommandRequested:
    """The operator wants a command of a question to be run. The nth such event is command n."""

    question_id: str
    command: int
    digest: str
    by: str


@frozen
class ApprovalGiven:
    """A person said yes to one thing as it was shown: `subject` ("command 1") and its digest."""

    subject: str
    digest: str
    by: str
    reason: str = ""


@frozen
class ApprovalRefused:
    """Nobody said yes to it, or it may not be done, and why."""

    subject: str
    digest: str
    why: str


@frozen
class CommandStarted:
    """A command is about to be run, exactly as `text` says."""

    number: int
    question_id: str
    text: str
    digest: str
    limit_seconds: float


@frozen
class CommandFinished:
    """A command ended; what is kept of its output is in the run folder."""

    number: int
    result: CommandResult


@frozen
class ActionProposed:
    """An action was presented, and what called for it."""

    action: str
    title: str
    because: str


@frozen
class DeadlineReached:
    """The time limit of the run passed."""

    seconds: float


@frozen
class SignalReceived:
    """The operator or the system asked the run to stop: the number of the signal."""

    signal: int


@frozen
class RunFinished:
    """The last event: the outcome, and everything that stands beside it."""

    outcome: Outcome
    exit_code: int
    recommended_actions: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    open_items: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    not_done: tuple[str, ...] = ()
    handed_over_to: tuple[str, ...] = ()
    escalations: tuple[str, ...] = ()


Event = (
    RunStarted
    | InputStaged
    | StepEntered
    | StepSkipped
    | KeyStarted
    | KeyFinished
    | KeyFailed
    | KeyResultAdmitted
    | KeyResultDiscarded
    | ExpectationJudged
    | BranchDecided
    | StandingConditionHeld
    | DestinationChosen
    | QuestionOpened
    | QuestionAnswered
    | InputRefused
    | CommandRequested
    | ApprovalGiven
    | ApprovalRefused
    | CommandStarted
    | CommandFinished
    | ActionProposed
    | DeadlineReached
    | SignalReceived
    | RunSuspended
    | RunResumed
    | RunbookRebased
    | ClockStepped
    | AnswerDelivered
    | RunFinished
)


@frozen
class JournalEntry:
    """An event with its place in the journal.

    `at` is UTC; `elapsed` is monotonic seconds since the process took the run; `previous` is the
    digest of the raw line before, hex, 64 zeros for the first. `redactions` counts the secrets that
    were taken out of this line; a line without any does not have the field.
    """

    number: int
    at: datetime
    elapsed: float
    previous: str
    event: Event
    redactions: tuple[Redaction, ...] = ()
