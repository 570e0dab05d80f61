"""The parts of a run's story: frozen values that the text, JSON, Markdown and page views show.

Text of others stands here as it was recorded; each view makes it safe for its own medium.
"""

from datetime import datetime
from enum import Enum

from runner.model.commands import CommandResult
from runner.model.conditions import Ground, Reason, Verdict
from runner.model.events import KeyRecord, Parameter
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, StepId
from runner.model.interruptions import Setting
from runner.model.results import KeyFailure, KeyResult, StagedInput
from runner.model.runbook import Reversibility, StandingKind
from runner.model.runs import Answer, Mode, Move, OpenQuestion
from runner.model.values import OutputType, Value


@frozen
class Header:
    """What was run, by whom, when and with which versions. `seconds` runs to the last event."""

    run_id: str
    slug: str
    title: str
    path: str
    digest: str
    mode: Mode
    started: datetime
    finished: datetime | None
    seconds: float
    user: str
    host: str
    incident: str
    command: str
    owner: str
    last_review: str
    git_commit: str
    runner_version: str
    python_version: str
    keys: tuple[KeyRecord, ...]
    parameters: tuple[Parameter, ...]
    from_step: str
    until_step: str
    horizon: str = ""
    verifies: str = ""
    settings: tuple[Setting, ...] = ()
    by_resident: bool = False
    as_of: datetime | None = None


@frozen
class OutputStory:
    """A published output: its contract name and label, and its value as it is shown."""

    name: str
    label: str
    type: OutputType
    shown: str
    value: Value
    question: str


class KeyState(Enum):
    """How an execution of a KEY stands in the record."""

    FINISHED = "finished"
    FAILED = "failed"
    NO_END = "no end recorded"


@frozen
class KeyStory:
    """One attempt at a KEY. `admitted` says that its result counts; `discarded` why it does not.

    `seconds` is the wall clock of the execution; None where no end is recorded.
    """

    invocation: InvocationId
    key: str
    title: str
    version: str
    attempt: int
    ahead: bool
    state: KeyState
    started: datetime
    seconds: float | None
    inputs: tuple[StagedInput, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[OutputStory, ...]
    result: KeyResult | None
    failure: KeyFailure | None
    admitted: bool
    discarded: str


@frozen
class ExpectationStory:
    """What should be, against what is. `label` names the output; `should` reads "> 95 %"."""

    ordinal: int
    text: str
    label: str
    should: str
    reason: Reason
    line: int

    @property
    def word(self) -> str:
        """The verdict in one word."""
        return _EXPECTED[self.reason.verdict]

    @property
    def found(self) -> str:
        """The value, or why there is none."""
        return self.reason.value or self.reason.sentence.removeprefix(f"{self.label} is ")


@frozen
class BranchStory:
    """A branch as decided. `leads_to` are its targets in short ("Step 4"), `written` in full."""

    ordinal: int
    text: str
    reason: Reason
    leads_to: tuple[str, ...]
    written: tuple[str, ...]
    line: int

    @property
    def verdict(self) -> Verdict:
        """Whether it holds."""
        return self.reason.verdict

    @property
    def word(self) -> str:
        """The verdict in one word: YES, no, unknown."""
        return _BRANCH[self.reason.verdict]

    @property
    def by_person(self) -> bool:
        """Whether a person decided it or must."""
        return self.reason.ground is Ground.PERSON

    @property
    def condition(self) -> str:
        """The condition as a sentence begins: "If Success Rate < 95%", "Otherwise"."""
        return self.text if self.reason.ground is Ground.BRANCHES else f"If {self.text}"


@frozen
class QuestionStory:
    """A question and its answer, if it got one. `entry` is its number in the journal."""

    question: OpenQuestion
    entry: int
    asked: datetime
    answer: Answer | None
    answered: datetime | None

    @property
    def chosen(self) -> tuple[str, ...]:
        """The chosen options in their words."""
        keys = self.answer.chosen if self.answer else ()
        words = {option.key: option.text for option in self.question.options}
        return tuple(words.get(key, key) for key in keys)


@frozen
class CommandStory:
    """A command that the operator asked for. `refused` says why it was not run.

    `result` is None for one that was not run, or whose end is not recorded. `about` is the id of
    the question at which it was asked for.
    """

    number: int
    about: str
    text: str
    digest: str
    by: str
    asked: datetime
    refused: str
    result: CommandResult | None

    @property
    def in_words(self) -> str:
        """What became of it, in one line."""
        if self.result:
            return self.result.in_words
        return f"not run: {self.refused}" if self.refused else "no end is recorded"


@frozen
class StepStory:
    """One visit of a place. `heading` is "Step 3"; `next` is empty while the run stands there.

    `actions` are the numbers of the actions that branches which hold have named; `why` says why
    the run went on to `next`; `skipped` why the step was passed over.
    """

    id: StepId
    visit: int
    heading: str
    title: str
    line: int
    entered: datetime
    seconds: float | None
    keys: tuple[KeyStory, ...]
    expectations: tuple[ExpectationStory, ...]
    branches: tuple[BranchStory, ...]
    questions: tuple[QuestionStory, ...]
    actions: tuple[str, ...]
    skipped: str
    move: Move | None
    next: str
    why: str


@frozen
class ActionStory:
    """An action that was proposed. `open` says that nobody confirmed it as done and verified."""

    number: str
    title: str
    because: str
    reversibility: Reversibility
    with_caution: bool
    line: int
    precondition: str
    verification: str
    rollback: str
    warning: str
    open: bool
    question: QuestionStory | None


@frozen
class StandingStory:
    """An `Escalate if` or `Rollback if` condition that held, and after which place."""

    kind: StandingKind
    text: str
    reason: Reason
    after: str
    line: int


@frozen
class Moment:
    """A line of the timeline: when, how many seconds into the run, and what happened."""

    at: datetime
    seconds: float
    words: str


_BRANCH = {Verdict.HOLDS: "YES", Verdict.FAILS: "no", Verdict.UNKNOWN: "unknown"}
_EXPECTED = {Verdict.HOLDS: "met", Verdict.FAILS: "BROKEN", Verdict.UNKNOWN: "UNKNOWN"}
