"""A runbook as it is written: sections, steps, KEY invocations, branches, actions."""

from enum import Enum

from runner.model.conditions import Condition
from runner.model.frozen import frozen
from runner.model.identity import KeyName, StepId
from runner.model.source import SourceText, Span


class SectionKind(Enum):
    """The ten sections of a full runbook, in their order."""

    SCOPE = "Scope"
    WHEN_TO_USE = "When to Use"
    WHEN_NOT_TO_USE = "When NOT to Use"
    SAFETY = "Immediate Safety Checks"
    DIAGNOSIS = "Diagnosis Flow"
    ACTIONS = "Action Steps"
    VERIFICATION = "Verification"
    ROLLBACK = "Rollback / Escalation"
    EVIDENCE = "Evidence & Audit Notes"
    FOLLOW_UPS = "Post-Incident Follow-Ups"
    OTHER = "other"


@frozen
class Section:
    """A level-2 part of the document. Unknown ones are kept as OTHER with their own title."""

    kind: SectionKind
    title: str
    span: Span


@frozen
class Field:
    """A bold label with its text: `**When**: After step 2`. The label is kept as written."""

    label: str
    text: str
    span: Span


@frozen
class Fence:
    """A fenced code block, as it is written."""

    language: str
    text: str
    span: Span


@frozen
class InputSpec:
    """Data that a KEY call asks for, in the words of the runbook.

    `produced_by` names the step whose published table is meant ("Poison list from Step 1"),
    and `product` the words for that table.
    """

    text: str
    span: Span
    product: str = ""
    produced_by: StepId | None = None


@frozen
class Question:
    """A question that the runbook says the KEY answers."""

    text: str
    span: Span


@frozen
class KeyInvocation:
    """A call of a KEY from a step, with what the runbook says about it."""

    key: KeyName
    ordinal: int
    span: Span
    inputs: tuple[InputSpec, ...] = ()
    expected_output: str = ""
    questions: tuple[Question, ...] = ()
    location: str = ""
    location_span: Span | None = None
    next_steps: str = ""


@frozen
class Expectation:
    """What the runbook says a value should be: `(should be > 95%)`."""

    condition: Condition
    text: str
    span: Span


@frozen
class GoToStep:
    """Continue at a step by its number."""

    step: StepId
    text: str
    span: Span


@frozen
class GoOn:
    """ "Continue" alone: the next place in document order."""

    text: str
    span: Span


@frozen
class SeeAction:
    """An action of this runbook is called for."""

    action: str
    text: str
    span: Span


@frozen
class HandOver:
    """Another runbook is called for, by its title or slug."""

    runbook: str
    text: str
    span: Span


@frozen
class GoToSection:
    """Continue with a section, such as "Action Steps" without a number."""

    section: SectionKind
    text: str
    span: Span


@frozen
class Rerun:
    """Do a step again: the one named, or this one.

    `key` is the KEY that the text names; the step is the one that calls it.
    """

    step: StepId | None
    text: str
    span: Span
    key: KeyName | None = None


@frozen
class Stop:
    """The diagnosis may end here."""

    text: str
    span: Span


@frozen
class Escalate:
    """Somebody else must be called in. Nothing cancels it."""

    text: str
    span: Span


@frozen
class Advice:
    """An instruction to the operator that moves nothing."""

    text: str
    span: Span


Consequence = (
    GoToStep | GoOn | SeeAction | HandOver | GoToSection | Rerun | Stop | Escalate | Advice
)


@frozen
class Branch:
    """A condition and what follows from it, in the order written.

    `text` is the condition as written, without "If".
    """

    ordinal: int
    condition: Condition
    text: str
    consequences: tuple[Consequence, ...]
    span: Span


@frozen
class Step:
    """A safety check, a step of the diagnosis or a verification check.

    `body` is the Markdown between this heading or item and the next, as it is shown to the
    operator. `horizon` is the group of a verification check ("Immediate (within 5 minutes)").
    """

    id: StepId
    title: str
    span: Span
    body: str
    fields: tuple[Field, ...] = ()
    fences: tuple[Fence, ...] = ()
    invocations: tuple[KeyInvocation, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    branches: tuple[Branch, ...] = ()
    horizon: str = ""

    def field_text(self, label: str) -> str:
        """The text of the first field with this label, letter case aside; empty without one."""
        wanted = label.casefold()
        return next((f.text for f in self.fields if f.label.casefold() == wanted), "")


class Reversibility(Enum):
    """What an action's title says about undoing it."""

    REVERSIBLE = "reversible"
    IRREVERSIBLE = "irreversible"
    UNSTATED = "unstated"


@frozen
class Action:
    """Something that changes the world. The runner proposes it and never does it by itself.

    `rollback_block` is what Rollback / Escalation says about it ("If Action 2 Caused Issues").
    """

    number: str
    title: str
    reversibility: Reversibility
    with_caution: bool
    span: Span
    body: str
    fields: tuple[Field, ...] = ()
    fences: tuple[Fence, ...] = ()
    rollback_block: str = ""

    @property
    def way_back(self) -> str:
        """How to undo it: its Rollback field and the block about it; empty where neither is."""
        texts = (self.field_text("rollback"), self.rollback_block)
        return "; ".join(text for text in texts if text)

    def with_rollback_block(self, text: str) -> "Action":
        """The same action with what is said about undoing it elsewhere."""
        return Action(**{**vars(self), "rollback_block": text})

    def field_text(self, label: str) -> str:
        """The text of the first field whose label begins with `label`, letter case aside."""
        wanted = label.casefold()
        return next((f.text for f in self.fields if f.label.casefold().startswith(wanted)), "")

    @property
    def needs_typed_name(self) -> bool:
        """Whether a yes is not enough: the operator types the action's name."""
        return self.reversibility is Reversibility.IRREVERSIBLE or self.with_caution


class StandingKind(Enum):
    """What a standing condition calls for."""

    ESCALATE = "escalate"
    ROLLBACK = "rollback"


@frozen
class StandingCondition:
    """An item of `Escalate if:` or `Rollback if:`, judged after every step."""

    kind: StandingKind
    ordinal: int
    condition: Condition
    text: str
    span: Span


@frozen
class EvidenceItem:
    """Something that Evidence & Audit Notes asks for, and the KEYs whose outputs it names.

    `is_artifact` tells what is to be saved from what is to be written down.
    """

    text: str
    keys: tuple[KeyName, ...]
    is_artifact: bool


@frozen
class Metadata:
    """Front matter, as far as the runner uses it; the rest is kept in `other`."""

    slug: str = ""
    title: str = ""
    description: str = ""
    owner: str = ""
    last_review: str = ""
    severity_level: str = ""
    key_type: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    other: tuple[tuple[str, str], ...] = ()


@frozen
class Runbook:
    """A parsed runbook. Every node knows its span in `source`.

    `follow_ups` are calls in Post-Incident Follow-Ups: shown with their command, not executed.
    """

    source: SourceText
    slug: str
    title: str
    metadata: Metadata = Metadata()
    sections: tuple[Section, ...] = ()
    safety_checks: tuple[Step, ...] = ()
    do_not: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    actions: tuple[Action, ...] = ()
    verification: tuple[Step, ...] = ()
    standing: tuple[StandingCondition, ...] = ()
    alerts: tuple[str, ...] = ()
    evidence_keys: tuple[KeyName, ...] = ()
    evidence: tuple[EvidenceItem, ...] = ()
    follow_ups: tuple[KeyInvocation, ...] = ()

    @property
    def places(self) -> tuple[Step, ...]:
        """Safety checks, then steps: what a run walks, in document order."""
        return self.safety_checks + self.steps

    def action(self, number: str) -> Action | None:
        """The first action with this number, or None where the runbook has none."""
        return next((action for action in self.actions if action.number == number), None)

    def section(self, kind: SectionKind) -> Section | None:
        """The first section of this kind, or None where the runbook has none."""
        return next((section for section in self.sections if section.kind is kind), None)
