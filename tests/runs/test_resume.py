"""Resuming: what is done is not done again; what broke off is; no change is overlooked."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from runner.errors import EvidenceBroken, InvalidRunbook, RunLocked, UsageError
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.seal import verify_run
from runner.evidence.standing import Finished, Interrupted, Waiting
from runner.evidence.store import Store
from runner.interpreter.state import RunState
from runner.keys.executor import KeyOutcome, Order, Report
from runner.model.events import JournalEntry, KeyStarted, RunbookRebased
from runner.model.interruptions import RunResumed, RunSuspended
from runner.model.replies import Later, Reply
from runner.model.results import FailureKind, KeyFailure
from runner.model.runs import Answer, AnswerSource, OpenQuestion, Outcome
from runner.model.source import SourceText
from runner.runs.begin import CompletedRun, LeftRun, World, utc_now
from runner.runs.loop import Interrupt, Spectator
from runner.runs.recorded import RecordedRun, read_run
from runner.runs.replay import OtherText, replay_run, suppose_run
from runner.runs.resume import Resumption
from tests.faults import three_steps
from tests.faults.three_steps import Stub, begin, executions, go_on, write_library


class Person:
    """Answers by question id; what is not there is for later."""

    def __init__(self, **answers: str):
        self._answers = {name.replace("_", " "): key for name, key in answers.items()}
        self.asked: list[str] = []

    def ask(self, question: OpenQuestion) -> Reply:
        self.asked.append(question.id)
        key = self._answers.get(question.id.split("/")[0])
        if key is None:
            return Later("ada", "after lunch")
        return Answer((key,), AnswerSource.OBSERVED, "ada")

    def withdraw(self, question_id: str) -> None:
        pass

    def dismiss(self) -> None:
        pass


class Broken(Exception):
    """The process ends here."""


class BreaksAt(Spectator):
    """Ends the process, as it were, once an event of this name is on record."""

    def __init__(self, name: str, number: int = 1):
        self._name, self._left = name, number

    def wrote(self, entries: Sequence[JournalEntry], state: RunState) -> None:
        for entry in entries:
            self._left -= type(entry.event).__name__ == self._name
        if self._left <= 0:
            raise Broken


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_library(tmp_path)
    return tmp_path


def is_decided_again(root: Path) -> bool:
    """Whether every decision of the run follows from its record, and its own text supposes them."""
    recorded = the_run(root)
    source = recorded.program.runbook.source
    supposed = suppose_run(recorded, OtherText(SourceText(source.path, source.text)))
    return replay_run(recorded).is_same and supposed.changed == () and supposed.was == supposed.now


def the_run(root: Path) -> RecordedRun:
    store = Store(root / "store")
    return read_run(store.folder_of(store.find("latest")))


def events(root: Path, kind: type) -> list[object]:
    return [entry.event for entry in the_run(root).entries if isinstance(entry.event, kind)]


def broken_at(root: Path, name: str, number: int = 1) -> str:
    with pytest.raises(Broken):
        begin(root, BreaksAt(name, number))
    return the_run(root).folder.name


def edit(root: Path, old: str, new: str) -> None:
    file = root / "runbooks" / "three.md"
    file.write_text(file.read_text().replace(old, new))


UNBROKEN = ["key-a 1", "key-b 1"]


@pytest.mark.parametrize("name", ["RunStarted", "InputStaged", "KeyFinished", "DestinationChosen"])
def test_a_resumed_run_ends_as_an_unbroken_one_and_repeats_nothing(root: Path, name: str) -> None:
    run_id = broken_at(root, name)
    assert Store(root / "store").state_of(run_id) == Interrupted()

    ended = go_on(root, run_id, Spectator())

    assert isinstance(ended, CompletedRun)
    assert ended.finished.outcome is Outcome.ACTIONS_RECOMMENDED
    assert executions(root) == UNBROKEN
    assert verify_run(ended.folder) == ()
    assert len(events(root, RunResumed)) == 1
    assert is_decided_again(root)


def test_a_key_that_broke_off_runs_again_as_a_visible_attempt(root: Path) -> None:
    go_on(root, broken_at(root, "KeyStarted"), Spectator())
    assert executions(root) == ["key-a 2", "key-b 1"]
    attempts = [e.attempt for e in events(root, KeyStarted) if isinstance(e, KeyStarted)]
    assert attempts == [1, 2, 1]
    assert is_decided_again(root)


def test_a_run_that_ended_and_was_not_sealed_is_sealed(root: Path) -> None:
    run_id = broken_at(root, "RunFinished")
    folder = the_run(root).folder
    assert verify_run(folder) != ()
    go_on(root, run_id, Spectator())
    assert verify_run(folder) == ()
    assert executions(root) == UNBROKEN
    assert events(root, RunResumed) == []


def test_a_sealed_run_is_refused(root: Path) -> None:
    ended = begin(root, Spectator())
    with pytest.raises(UsageError, match=r"is finished \(actions recommended\) and sealed"):
        go_on(root, ended.id, Spectator())
    assert verify_run(ended.folder) == ()


def test_a_run_of_which_nothing_is_on_record_says_so(root: Path) -> None:
    store = Store(root / "store")
    RunEvidence.begin(store, "three", utc_now, time.monotonic).close()
    with pytest.raises(UsageError, match="broke off before anything of it was on record"):
        go_on(root, store.find("latest"), Spectator())


def test_of_two_resumes_one_wins(root: Path) -> None:
    run_id = broken_at(root, "KeyFinished")
    store = Store(root / "store")
    with (
        RunEvidence.take(store, run_id, utc_now, time.monotonic),
        pytest.raises(RunLocked, match="is held by process"),
    ):
        go_on(root, run_id, Spectator())
    assert isinstance(go_on(root, run_id, Spectator()), CompletedRun)


def test_an_edited_runbook_is_refused_and_nothing_is_recorded(root: Path) -> None:
    run_id = broken_at(root, "KeyFinished")
    edit(root, "Errors > 3**: See", "Errors > 9**: See")
    before = (the_run(root).folder / "journal.jsonl").read_bytes()
    with pytest.raises(InvalidRunbook, match="the runbook was edited") as raised:
        go_on(root, run_id, Spectator())
    assert raised.value.hint.startswith(f"runbook resume {run_id} --rebase")
    assert (the_run(root).folder / "journal.jsonl").read_bytes() == before


def test_a_rebase_decides_anew_from_the_facts_without_executing_again(root: Path) -> None:
    run_id = broken_at(root, "KeyFinished", 2)
    edit(root, "Errors > 3**: See", "Errors > 9**: See")
    ended = go_on(root, run_id, Spectator(), Resumption(rebase=True))
    assert isinstance(ended, CompletedRun)
    assert ended.finished.outcome is Outcome.INCONCLUSIVE
    assert executions(root) == UNBROKEN
    (rebased,) = events(root, RunbookRebased)
    assert isinstance(rebased, RunbookRebased)
    assert "the runbook was edited" in rebased.changes[0]
    assert the_run(root).problems == ()
    assert is_decided_again(root)
    assert "Errors > 9" in the_run(root).program.runbook.source.text


def test_a_key_that_was_edited_is_executed_again(root: Path) -> None:
    run_id = broken_at(root, "KeyFinished", 2)
    (root / "jupyter-keys" / "key-b" / "key-b.ipynb").write_text('{"cells": []}')
    with pytest.raises(InvalidRunbook, match="the notebook of jupyter-key-b was edited"):
        go_on(root, run_id, Spectator())
    go_on(root, run_id, Spectator(), Resumption(rebase=True))
    assert executions(root) == ["key-a 1", "key-b 1", "key-b 2"]
    assert is_decided_again(root)


def test_an_input_that_was_altered_in_the_run_folder_is_refused(root: Path) -> None:
    run_id = broken_at(root, "InputStaged")
    copy = the_run(root).folder / "inputs" / "log" / "log.csv"
    copy.chmod(0o600)
    copy.write_text("id,status\n1,200\n")
    with pytest.raises(EvidenceBroken, match=r"input log of .* is not what was taken in"):
        go_on(root, run_id, Spectator())


def test_the_original_of_an_input_may_change_once_it_is_taken_in(root: Path) -> None:
    run_id = broken_at(root, "InputStaged")
    (root / "log.csv").write_text("something else")
    assert isinstance(go_on(root, run_id, Spectator()), CompletedRun)


def test_a_runbook_whose_file_is_gone_goes_on_from_its_copy(root: Path) -> None:
    run_id = broken_at(root, "KeyFinished")
    (root / "runbooks" / "three.md").unlink()
    assert isinstance(go_on(root, run_id, Spectator()), CompletedRun)


def test_a_run_is_left_at_a_question_and_goes_on_with_the_answer(root: Path) -> None:
    absent = Person()
    left = begin(root, Spectator(), absent)
    assert isinstance(left, LeftRun)
    assert left.suspended.question_id == absent.asked[-1]
    assert Store(root / "store").state_of(left.id) == Waiting()

    present = Person(step_3="none", action_1="y")
    ended = go_on(root, left.id, Spectator(), operator=present)

    assert isinstance(ended, CompletedRun)
    assert present.asked[0] == left.suspended.question_id
    assert executions(root) == UNBROKEN


def test_answers_on_record_are_not_asked_again(root: Path) -> None:
    first = begin(root, Spectator(), Person(step_3="none"))
    assert isinstance(first, LeftRun)
    second = Person(action_1="y")
    go_on(root, first.id, Spectator(), operator=second)
    assert "step 3/1 step" not in second.asked


def test_a_rebase_keeps_the_answer_to_a_question_that_is_the_same(root: Path) -> None:
    first = begin(root, Spectator(), Person(step_3="none"))
    edit(root, "Restart it.", "Restart it, gently.")
    second = Person(action_1="y")
    go_on(root, first.id, Spectator(), Resumption(rebase=True), second)
    assert second.asked == ["action 1"]
    assert is_decided_again(root)


def test_a_rebase_asks_again_what_reads_differently(root: Path) -> None:
    first = begin(root, Spectator(), Person(step_3="none"))
    edit(root, "If it is red", "If it is red or orange")
    second = Person(step_3="none", action_1="y")
    go_on(root, first.id, Spectator(), Resumption(rebase=True), second)
    assert second.asked == ["step 3/1 step", "action 1"]


def test_a_signal_leaves_a_run_that_can_be_resumed(root: Path) -> None:
    class Interrupts(Spectator):
        def wrote(self, entries: Sequence[JournalEntry], state: RunState) -> None:
            if state.attempts and not state.ended:
                world.inbox.put(Interrupt(15))

    world = three_steps.world(root, Interrupts())
    left = three_steps.begin_in(world, root)
    assert isinstance(left, LeftRun)
    assert left.suspended.signal == 15
    assert Store(root / "store").state_of(left.id) == Interrupted()
    ended = go_on(root, left.id, Spectator())
    assert isinstance(ended, CompletedRun)
    assert ended.finished.outcome is Outcome.ACTIONS_RECOMMENDED
    assert is_decided_again(root)


def test_a_run_is_ended_as_aborted_without_going_on(root: Path) -> None:
    run_id = broken_at(root, "KeyFinished")
    ended = go_on(root, run_id, Spectator(), Resumption(abort=True))
    assert isinstance(ended, CompletedRun)
    assert Store(root / "store").state_of(run_id) == Finished(Outcome.ABORTED, 130)
    assert executions(root) == ["key-a 1"]
    assert verify_run(ended.folder) == ()


def test_a_key_that_crashed_is_tried_again_after_the_answer_to_do_so(root: Path) -> None:
    class Crashes(Stub):
        def execute(self, order: Order, report: Report) -> KeyOutcome:
            super().execute(order, report)
            return KeyFailure(FailureKind.KERNEL, "the kernel was killed by SIGSEGV")

    absent = Person()
    given = vars(three_steps.world(root, Spectator(), absent))
    world = World(**{**given, "executor": Crashes(root)})
    left = three_steps.begin_in(world, root, attended=True)
    assert isinstance(left, LeftRun)
    assert left.suspended.question_id == "step 1/1 key 1 attempt 1"

    present = Person(step_1="retry", step_3="none", action_1="y")
    ended = go_on(root, left.id, Spectator(), operator=present)

    assert isinstance(ended, CompletedRun)
    assert executions(root) == ["key-a 1", "key-a 2", "key-b 1"]
    assert is_decided_again(root)


def test_who_left_a_run_and_why_is_on_record(root: Path) -> None:
    begin(root, Spectator(), Person())
    (suspended,) = events(root, RunSuspended)
    assert isinstance(suspended, RunSuspended)
    assert (suspended.by, suspended.reason) == ("ada", "after lunch")
