"""Rehearsals: scripted cases of a runbook, what came of them, and which branches they reached."""

from collections.abc import Mapping
from typing import Any

from runner.model.contract import KeyContract
from runner.model.frozen import frozen
from runner.model.identity import StepId
from runner.model.results import KeyFailure
from runner.model.runs import Mode

ScriptedOutputs = Mapping[str, Any] | KeyFailure
"""What the KEYs of a step publish, by output name, as the file writes it; or how they fail."""


@frozen
class ExpectedField:
    """Something that a case says of its run: `path`, `outcome`, `decisions of step 3`."""

    name: str
    wanted: tuple[str, ...]
    line: int = 0


@frozen
class Case:
    """A scripted run: outputs in by step, answers in by subject; what should come of it.

    The outputs of a step are for every visit, or a tuple with one for each visit in turn.
    """

    name: str
    mode: Mode
    outputs: tuple[tuple[StepId, ScriptedOutputs | tuple[ScriptedOutputs, ...]], ...]
    answers: tuple[tuple[str, str], ...] = ()
    expected: tuple[ExpectedField, ...] = ()
    line: int = 0


@frozen
class RehearsalProblem:
    """What is wrong with a rehearsal file, and in which line of it; 0 where that is not known."""

    text: str
    line: int = 0


@frozen
class Rehearsal:
    """The cases of a file, and contracts for KEYs that are not installed."""

    cases: tuple[Case, ...] = ()
    contracts: tuple[KeyContract, ...] = ()
    problems: tuple[RehearsalProblem, ...] = ()


@frozen
class Difference:
    """What a case wanted and what came instead, with the reasons of the run."""

    field: str
    wanted: tuple[str, ...]
    got: tuple[str, ...]
    reasons: tuple[str, ...] = ()


@frozen
class CaseResult:
    """A case that was run. `difference` is the first one; None where the case passed."""

    name: str
    line: int
    outcome: str
    path: tuple[str, ...]
    difference: Difference | None


@frozen
class BranchCoverage:
    """A branch or a standing condition, and the cases in which it held, failed or stayed unknown.

    `decidable` is False for a condition that no output and no question can decide.
    """

    place: str
    ordinal: int
    text: str
    line: int
    held: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    decidable: bool = True

    @property
    def missing(self) -> tuple[str, ...]:
        """What no case shows: `held`, `failed`, both or neither."""
        return tuple(n for n, seen in (("held", self.held), ("failed", self.failed)) if not seen)


@frozen
class Coverage:
    """Every branch of the places that a run may walk, and every standing condition.

    A branch counts twice: once for a case in which it holds, once for one in which it fails.
    """

    branches: tuple[BranchCoverage, ...]

    @property
    def untested(self) -> tuple[BranchCoverage, ...]:
        """The branches of which a case is missing, in document order."""
        return tuple(b for b in self.branches if b.decidable and b.missing)

    @property
    def undecidable(self) -> tuple[BranchCoverage, ...]:
        """Conditions that are left to people: they do not count."""
        return tuple(b for b in self.branches if not b.decidable)

    @property
    def total(self) -> int:
        """How many verdicts there are to reach."""
        return 2 * sum(b.decidable for b in self.branches)

    @property
    def reached(self) -> int:
        """How many of them a case reaches."""
        return self.total - sum(len(b.missing) for b in self.untested)

    @property
    def percent(self) -> float:
        """The share that is reached, in percent; 100 where there is nothing to reach."""
        return 100.0 * self.reached / self.total if self.total else 100.0


@frozen
class Rehearsed:
    """A runbook after its rehearsal. `runbook` is its slug, `runbook_file` where lines count."""

    runbook: str
    runbook_file: str
    file: str
    results: tuple[CaseResult, ...]
    coverage: Coverage

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """The cases that went another way than they say."""
        return tuple(result for result in self.results if result.difference)
