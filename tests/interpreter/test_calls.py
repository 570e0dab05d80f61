"""Which earlier step makes which input of a KEY call."""

import pytest

from runner.interpreter.calls import made_by
from runner.model.contract import DeclaredInput, KeyContract
from runner.model.identity import KeyName, PlaceKind, StepId
from runner.model.runbook import InputSpec, KeyInvocation
from runner.model.source import Span

STEP, SPAN = StepId(PlaceKind.STEP, "2"), Span(0, 1)


def contract(*inputs: tuple[str, bool]) -> KeyContract:
    declared = tuple(DeclaredInput(n, n.replace("_", " "), ("csv",), required=r) for n, r in inputs)
    return KeyContract(KeyName("jupyter-x"), "", "", "1", declared, (), ())


@pytest.mark.parametrize(
    ("inputs", "words", "made"),
    [
        ([("log", True)], "Error list", ["log"]),
        ([("log", False)], "Error list", ["log"]),
        ([("log", True), ("baseline", False)], "Error list", ["log"]),
        ([("log", True), ("baseline", True)], "Error list", []),
        ([("log", True), ("error_list", True)], "Error list", ["error_list"]),
    ],
)
def test_a_table_of_an_earlier_step_is_the_named_or_the_only_needed_input(
    inputs: list[tuple[str, bool]], words: str, made: list[str]
) -> None:
    whole = contract(*inputs)
    given = InputSpec(f"{words} from Step 2", SPAN, words, STEP)
    call = KeyInvocation(whole.key, 1, SPAN, (given,))

    found = [one.name for one in whole.inputs if made_by(whole, one, call) == STEP]

    assert found == made
