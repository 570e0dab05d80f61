"""What a lint rule is."""

from enum import Enum

from runner.model.diagnostics import Severity
from runner.model.frozen import frozen


class Setting(Enum):
    """Where the example of a rule stands."""

    WHOLE = "The whole file:"
    TOP = "At the top of a runbook:"
    SECTIONS = "In a runbook:"
    KEY_STEP = "In a step that calls `jupyter-webhook-event-analysis`:"


@frozen
class Rule:
    """A lint rule: its stable code, what it finds, why that matters, and an example.

    `bad` triggers this rule and no other; `mended` triggers none.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    why: str
    setting: Setting
    bad: str
    mended: str
