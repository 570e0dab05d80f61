"""What the KEYs found that bears on a question: what its words speak of first, then the rest."""

from runner.conditions.evaluation import Missing
from runner.conditions.names import plain_phrase
from runner.conditions.showing import show_value
from runner.interpreter.program import Program
from runner.interpreter.state import RunState
from runner.interpreter.windows import outputs_of_run
from runner.model.frozen import frozen
from runner.model.runbook import Action, Step
from runner.model.values import Chart, Table


@frozen
class Bearing:
    """Findings as lines: those that a question speaks of, and the others."""

    first: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


def bearing_on(program: Program, state: RunState, words: str) -> Bearing:
    """Every value found so far, sorted by whether `words` name its output; all first if none does.

    Tables and charts are in the report.
    """
    text = f" {plain_phrase(words)} "
    read = outputs_of_run(program, state)
    first: list[str] = []
    rest: list[str] = []
    for contract in program.contracts:
        for spec in contract.outputs:
            value = read(contract.key, spec.name)
            if isinstance(value, Missing | Table | Chart):
                continue
            named = any(f" {plain_phrase(name)} " in text for name in spec.names)
            (first if named else rest).append(f"{spec.label}: {show_value(spec, value)}")
    return Bearing(tuple(first), tuple(rest)) if first else Bearing(tuple(rest))


def words_of_step(step: Step) -> str:
    """Everything that a step says."""
    branches = " . ".join(branch.text for branch in step.branches)
    return f"{step.title} . {step.body} . {branches}"


def words_of_action(action: Action) -> str:
    """Everything that an action says."""
    return f"{action.title} . {action.body}"
