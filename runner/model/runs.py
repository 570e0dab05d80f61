"""A run: how it was started, what it asks of the world, how it ended."""

from enum import Enum

from runner.model.commands import Command
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, KeyName, StepId


class Mode(Enum):
    """Who can be asked during a run."""

    ATTENDED = "attended"
    UNATTENDED = "unattended"
    SCRIPTED = "scripted"
    VERIFICATION = "verification"
    """Nobody; and it walks the checks of the Verification section instead of the steps."""


@frozen
class Trigger:
    """What started a run: by whom, on which host, and for which incident."""

    user: str
    host: str
    incident: str = ""
    command: str = ""


class Outcome(Enum):
    """How a run ended, strongest first."""

    ABORTED = "aborted"
    ESCALATE = "escalate"
    ACTIONS_RECOMMENDED = "actions_recommended"
    HANDED_OVER = "handed_over"
    BROKEN = "broken"
    """Of verifications alone: a check is not as it should be."""
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    RESOLVED = "resolved"
    HEALTHY = "healthy"


class MoveKind(Enum):
    """What a decision led to."""

    TO_STEP = "to step"
    NEXT = "next"
    TO_ACTIONS = "to the action steps"
    END = "end of the diagnosis"
    STOP = "stop"
    GAVE_UP = "gave up: a loop without an exit"


@frozen
class Move:
    """Where a run goes from a step. `step` is set for TO_STEP and NEXT."""

    kind: MoveKind
    step: StepId | None = None


@frozen
class Option:
    """One answer to a question: a short key to type, the words, what it leads to, what to know."""

    key: str
    text: str
    leads_to: str = ""
    note: str = ""


class QuestionKind(Enum):
    """What a person is asked."""

    STEP = "step"
    """A person's step: do it, and say which branches apply."""
    BRANCHES = "branches"
    """Conditions that the outputs do not decide."""
    DESTINATION = "destination"
    """Branches that pull to different places."""
    GATE = "gate"
    """A closed gate: go on or end here."""
    STOP = "stop"
    """A Stop: confirm that it is resolved."""
    KEY_FAILED = "key failed"
    """A KEY failed: answer by hand, or go on without it."""
    ACTION = "action"
    """A proposed action: done and verified, done and not, or not done."""
    VERIFICATION = "verification"
    """A check of the Verification section."""
    INPUT = "input"
    """A KEY's input is missing: a file, or go on without it."""
    COMMAND = "command"
    """An explicit yes for one command."""


@frozen
class OpenQuestion:
    """A question to a person. `id` is stable within the run ("step 2/1").

    `several` says that more than one option may be chosen. `default` is an option's key or empty.
    `typed_name` is the name that must be typed before an irreversible action counts as agreed.
    `bears_on_it` is what the KEYs found that the question speaks of, `also_found` the rest; `notes`
    are what to know before answering. `inputs` names those that a file may be given for. `place`
    and `action` say what the question is about.
    """

    id: str
    kind: QuestionKind
    text: str
    options: tuple[Option, ...]
    several: bool = False
    default: str = ""
    typed_name: str = ""
    bears_on_it: tuple[str, ...] = ()
    also_found: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    inputs: tuple[str, ...] = ()
    place: StepId | None = None
    action: str = ""

    def command(self, number: int) -> Command | None:
        """The command with this number, or None where there is none."""
        return next((command for command in self.commands if command.number == number), None)


class AnswerSource(Enum):
    """Where an answer came from. Only OBSERVED ones count as seen by somebody."""

    OBSERVED = "observed"
    GIVEN_AHEAD = "given ahead"
    SCRIPTED = "scripted"
    NOBODY = "nobody"


@frozen
class Answer:
    """An answer: the keys of the chosen options (none: nobody answered), by whom, and why."""

    chosen: tuple[str, ...]
    source: AnswerSource
    by: str = ""
    reason: str = ""


@frozen
class InvokeKey:
    """Execute a KEY. `attempt` counts from 1."""

    invocation: InvocationId
    key: KeyName
    attempt: int = 1


@frozen
class AwaitResult:
    """A KEY that runs already must end first."""

    invocation: InvocationId


@frozen
class AskOperator:
    """Put a question to a person."""

    question: OpenQuestion


@frozen
class RunCommand:
    """Run a command that a person said yes to. `number` counts the commands of the run from 1."""

    number: int
    command: Command
    question_id: str


@frozen
class AwaitCommand:
    """A command that runs already must end first."""

    number: int


@frozen
class Finish:
    """Nothing is left to do."""

    outcome: Outcome


Request = InvokeKey | AwaitResult | AskOperator | RunCommand | AwaitCommand | Finish
