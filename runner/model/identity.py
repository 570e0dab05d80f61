"""Names of things that other things refer to."""

import re
from enum import Enum

from runner.model.frozen import frozen

NOTEBOOK_PREFIX = "jupyter-"
KEY_IN_TEXT = r"(?<![\w/-])(?:jupyter|node)-[a-z0-9]+(?:-[a-z0-9]+)*\b(?!/)"
"""A KEY that is named in prose; paths name none."""
_KEY_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")


@frozen
class KeyName:
    """The name of a KEY as a runbook writes it, such as `jupyter-webhook-event-analysis`."""

    text: str

    @property
    def slug(self) -> str:
        """The folder under `jupyter-keys/`: the name without its runtime prefix."""
        return self.text.removeprefix(NOTEBOOK_PREFIX)

    @property
    def is_notebook(self) -> bool:
        """Whether this runner can execute it; KEYs of other runtimes are a person's."""
        return self.text.startswith(NOTEBOOK_PREFIX)

    @staticmethod
    def is_well_formed(text: str) -> bool:
        """Whether `text` has the form of a KEY name: lower-case words joined by dashes."""
        return _KEY_NAME.fullmatch(text) is not None


class PlaceKind(Enum):
    """The kinds of places that a run can stand at, in the order in which it meets them."""

    SAFETY = "safety"
    STEP = "step"
    VERIFICATION = "verification"


@frozen
class StepId:
    """A place of a runbook: a safety check, a step of the diagnosis, a verification check."""

    kind: PlaceKind
    number: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.number}"

    def __hash__(self) -> int:
        return hash(self.number)


@frozen
class InvocationId:
    """One call of a KEY: which step, the how-manyth KEY of that step, on which visit."""

    step: StepId
    ordinal: int
    visit: int

    def __str__(self) -> str:
        return f"{self.step.kind.value}-{self.step.number}.{self.ordinal}.{self.visit}"

    def __hash__(self) -> int:
        return hash((self.step.number, self.ordinal, self.visit))
