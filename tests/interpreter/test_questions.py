"""What a person is told with a question, and in which order actions are offered."""

from decimal import Decimal

from runner.document.parse import parse_runbook
from runner.interpreter.decide import decide
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.model.contract import DeclaredInput, KeyContract, OutputSpec
from runner.model.events import Event, InputStaged, KeyFinished, KeyStarted, RunStarted
from runner.model.identity import KeyName
from runner.model.results import KeyResult, OutputValue, StagedInput
from runner.model.runs import AskOperator, InvokeKey, Mode, OpenQuestion, QuestionKind, Trigger
from runner.model.source import SourceText
from runner.model.values import OutputType

CONTRACT = KeyContract(
    KeyName("jupyter-example"),
    "Example",
    "",
    "1",
    (DeclaredInput("log", "web log", ("csv",)),),
    (),
    (
        OutputSpec("errors", "Errors", OutputType.COUNT),
        OutputSpec("timeouts", "Timeouts", OutputType.COUNT),
    ),
)
KEY = "- **KEY**: `jupyter-example`\n- **Input**: web_log_YYYYMMDD.csv\n"


def first_question(steps: str, rest: str = "", staged: bool = True) -> OpenQuestion:
    """The first question of an attended run whose KEY finds two errors and three timeouts."""
    text = f"# Example\n\n## Diagnosis Flow\n\n{steps}\n\n{rest}"
    program = Program(parse_runbook(SourceText("example.md", text)).runbook, (CONTRACT,))
    started = RunStarted("r", "example", "", "", "", "", Mode.ATTENDED, Trigger("ada", "host"))
    events: list[Event] = [started]
    if staged:
        events.append(InputStaged(StagedInput("log", "", "", 0, "")))
    state = fold(events)
    while True:
        agenda = decide(program, state)
        match agenda.request:
            case AskOperator(question=question) if not agenda.record:
                return question
            case InvokeKey() as call if not agenda.record:
                state = fold(_executed(call), state)
            case _:
                state = fold(agenda.record, state)
                assert agenda.record


def _executed(call: InvokeKey) -> list[Event]:
    values = (OutputValue("errors", Decimal(2)), OutputValue("timeouts", Decimal(3)))
    started = KeyStarted(call.invocation, call.key, call.attempt, False)
    return [
        started,
        KeyFinished(call.invocation, call.attempt, KeyResult(values, (), 0.1, "", "")),
    ]


def test_what_the_step_speaks_of_comes_first_among_what_the_keys_found() -> None:
    asked = first_question(
        f"### Step 1: Look\n{KEY}\n### Step 2: Why\n\nLook for timeouts in the log.\n"
    )
    assert asked.bears_on_it == ("Timeouts: 3",)
    assert asked.also_found == ("Errors: 2",)


def test_a_key_without_its_input_asks_for_a_file() -> None:
    asked = first_question(f"### Step 1: Look\n{KEY}", staged=False)
    assert asked.kind is QuestionKind.INPUT
    assert asked.inputs == ("log",)
    assert "web_log_YYYYMMDD.csv" in asked.notes[0]
    assert [option.key for option in asked.options] == ["file", "skip"]


def test_an_execution_key_is_presented_and_left_to_the_person() -> None:
    asked = first_question(
        "### Step 1: Restart\n- **KEY**: `node-restart-service`\n"
        "- **Precondition**: the queue is drained\n- **Side Effects**: requests fail for a minute\n"
    )
    assert asked.kind is QuestionKind.STEP
    assert asked.notes == (
        "node-restart-service is an execution KEY of another runtime: start it there",
        "Precondition: the queue is drained",
        "Side Effects: requests fail for a minute",
    )


ACTIONS = """## Action Steps

### Action 1: Replay (IRREVERSIBLE)
**Precondition**: Action 2 has helped
**Warning**: mails go out twice
### Action 2: Raise the limit (REVERSIBLE)
**Precondition**: Step 1 found timeouts
**Rollback**: set it back
```bash
kubectl set env x LIMIT=2
kubectl logs <pod>
```
"""


def test_the_action_whose_precondition_is_met_is_offered_first() -> None:
    asked = first_question(
        f"### Step 1: Look\n{KEY}- **If Errors**: See Action 1\n- **If Timeouts**: See Action 2\n",
        ACTIONS,
    )
    assert asked.action == "2"
    assert asked.notes == (
        "Reversible",
        "Precondition (met as far as it is known: step 1: If Timeouts): Step 1 found timeouts",
        "The runbook names no verification",
        "Rollback: set it back",
    )
    assert [command.refusal for command in asked.commands] == ["", "fill in <pod> first"]


def test_unnumbered_action_steps_are_offered_with_what_to_know() -> None:
    asked = first_question(
        f"### Step 1: Look\n{KEY}- **If Errors**: Continue to Action Steps\n", ACTIONS
    )
    assert [option.key for option in asked.options] == ["2", "1", "none"]
    assert "NOT met: Action 2 is not confirmed" in asked.options[1].note
    assert "IRREVERSIBLE" in asked.options[1].note


def test_a_branch_that_says_none_keeps_its_word() -> None:
    step = "### Step 1: Count them\n\n- If none: STOP\n- If some: Continue to Step 2\n"
    keys = [option.key for option in first_question(step).options]
    assert keys == ["1", "2", "none of these", "skip"]
    keys = [option.key for option in first_question(step.replace("none", "few")).options]
    assert keys == ["1", "2", "none", "skip"]


def test_an_open_condition_says_why_it_is_open() -> None:
    asked = first_question(
        f"### Step 1: Look\n{KEY}- **If the moon is full**: Go to Step 3\n"
        "### Step 2: A\n### Step 3: B\n"
    )
    assert asked.kind is QuestionKind.BRANCHES
    assert asked.notes[0].startswith("If the moon is full: ")


def test_a_state_without_events_has_no_pending_command() -> None:
    from runner.interpreter.wishes import pending_command

    assert pending_command(RunState()) is None
