import threading
from pathlib import Path

from runner.keys.executor import KeyOutcome, ScriptedExecutor
from runner.model.identity import KeyName
from runner.model.results import FailureKind, KeyFailure, KeyResult
from tests.keys.installed import install, order

TOY = KeyName("jupyter-toy-key")
GOOD = KeyResult((), (), 1.0, "", "")
BAD = KeyFailure(FailureKind.CELL, "ValueError: no")


def test_outcomes_come_in_turn_and_the_last_one_again(tmp_path: Path) -> None:
    executor = ScriptedExecutor({TOY: (BAD, GOOD)})
    given = order(install(tmp_path), tmp_path / "run")
    assert [executor.execute(given, print) for _ in range(3)] == [BAD, GOOD, GOOD]
    assert executor.orders == (given, given, given)


def test_an_invocation_goes_before_its_key_and_a_key_without_script_is_refused(
    tmp_path: Path,
) -> None:
    given = order(install(tmp_path), tmp_path / "run")
    assert ScriptedExecutor({TOY: BAD, given.invocation: GOOD}).execute(given, print) == GOOD
    outcome = ScriptedExecutor({}).execute(given, print)
    assert isinstance(outcome, KeyFailure)
    assert outcome.kind is FailureKind.REFUSED


def test_a_gate_holds_executions_until_it_opens_or_all_is_stopped(tmp_path: Path) -> None:
    given = order(install(tmp_path), tmp_path / "run")
    for opens, kind in ((True, None), (False, FailureKind.STOPPED)):
        gate = threading.Event()
        executor = ScriptedExecutor({TOY: GOOD}, gate)
        threading.Timer(0.05, gate.set if opens else executor.stop).start()
        outcome: KeyOutcome = executor.execute(given, print)
        assert (outcome.kind if isinstance(outcome, KeyFailure) else None) is kind
