"""Commands in a run: asked for, approved one by one, on record before and after, and stopped."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runner.document.parse import parse_runbook
from runner.evidence.journal import InMemoryJournal
from runner.interpreter.program import Program
from runner.interpreter.state import RunState, fold
from runner.keys.executor import ScriptedExecutor
from runner.model.commands import CommandEnd, CommandResult
from runner.model.events import (
    ApprovalGiven,
    ApprovalRefused,
    CommandFinished,
    CommandRequested,
    CommandStarted,
    Event,
    QuestionAnswered,
    QuestionOpened,
    RunStarted,
    SignalReceived,
)
from runner.model.replies import Abort, CommandWish, Reply
from runner.model.runs import (
    Answer,
    AnswerSource,
    Mode,
    OpenQuestion,
    Outcome,
    QuestionKind,
    Trigger,
)
from runner.model.source import SourceText
from runner.runs.bash_runner import BashRunner
from runner.runs.command_runner import CommandOrder, CommandRunner, ScriptedCommands
from runner.runs.loop import Ports, drive
from runner.runs.operators import NOBODY
from runner.runs.orders import OrderWriter

TEXT = "# E\n\n## Diagnosis Flow\n\n### Step 1: Look\n\n```bash\nuptime\nkubectl logs <pod>\n```\n"
DONE = CommandResult(CommandEnd.EXITED, 0, 0.1, 3, 0, "sha256:x", 0, "commands/1.txt", "up")


class Says:
    """Wishes for commands first, then answers; `yes` is the answer to every approval."""

    def __init__(self, wishes: list[Reply], yes: Answer):
        self._wishes, self._yes = list(wishes), yes
        self.asked: list[OpenQuestion] = []

    def ask(self, question: OpenQuestion) -> Reply:
        self.asked.append(question)
        if question.kind is QuestionKind.COMMAND:
            return self._yes
        if self._wishes:
            wish = self._wishes.pop(0)
            if isinstance(wish, CommandWish) and not wish.digest:
                command = question.command(wish.number)
                return CommandWish(wish.number, command.digest if command else "", "ada")
            return wish
        return Answer(("y",), AnswerSource.OBSERVED, "ada")

    def withdraw(self, question_id: str) -> None:
        pass

    def dismiss(self) -> None:
        pass


YES = Answer(("y",), AnswerSource.OBSERVED, "ada")
NO = Answer(("n",), AnswerSource.OBSERVED, "ada")
AHEAD = Answer(("y",), AnswerSource.GIVEN_AHEAD, "ada")


def ports(operator: Says, commands: CommandRunner | None = None) -> Ports:
    journal = InMemoryJournal(lambda: datetime(2026, 1, 1, tzinfo=UTC), time.monotonic)
    runner = commands or ScriptedCommands({"uptime": DONE})
    executor = ScriptedExecutor({})
    return Ports(journal, executor, operator, OrderWriter({}, {}, Path()), commands=runner)


def beginning(mode: Mode = Mode.ATTENDED) -> tuple[Program, RunState]:
    runbook = parse_runbook(SourceText("example.md", TEXT)).runbook
    started = RunStarted("r", "example", "", "", "", "", mode, Trigger("ada", "host"))
    return Program(runbook, ()), fold([started])


def events(given: Ports) -> list[Event]:
    assert isinstance(given.journal, InMemoryJournal)
    return [entry.event for entry in given.journal.entries]


def kinds(given: Ports) -> list[str]:
    told = (CommandRequested, ApprovalGiven, ApprovalRefused, CommandStarted, CommandFinished)
    return [type(event).__name__ for event in events(given) if isinstance(event, told)]


def test_a_command_runs_after_a_yes_and_the_question_is_put_again() -> None:
    operator = Says([CommandWish(1, "")], YES)
    given = ports(operator)
    drive(*beginning(), given)
    assert kinds(given) == [
        "CommandRequested",
        "ApprovalGiven",
        "CommandStarted",
        "CommandFinished",
    ]
    assert [q.id for q in operator.asked] == ["step 1/1 step", "command 1", "step 1/1 step"]
    opened = [e.question.id for e in events(given) if isinstance(e, QuestionOpened)]
    assert opened == ["step 1/1 step", "command 1"]


def test_what_is_approved_is_bound_to_the_text_that_was_shown() -> None:
    operator = Says([CommandWish(1, "")], YES)
    given = ports(operator)
    drive(*beginning(), given)
    shown = operator.asked[1].commands[0]
    approved = [e for e in events(given) if isinstance(e, ApprovalGiven)]
    started = [e for e in events(given) if isinstance(e, CommandStarted)]
    assert (shown.text, shown.digest) == (started[0].text, approved[0].digest)


@pytest.mark.parametrize("answer", [NO, NOBODY, AHEAD])
def test_without_a_yes_at_the_prompt_nothing_is_started(answer: Answer) -> None:
    given = ports(Says([CommandWish(1, "")], answer))
    drive(*beginning(), given)
    assert kinds(given) == ["CommandRequested", "ApprovalRefused"]


@pytest.mark.parametrize(
    "wish", [CommandWish(2, ""), CommandWish(7, ""), CommandWish(1, "sha256:other")]
)
def test_a_placeholder_an_unknown_or_another_text_is_never_run(wish: CommandWish) -> None:
    operator = Says([wish], YES)
    given = ports(operator)
    drive(*beginning(), given)
    assert kinds(given) == ["CommandRequested", "ApprovalRefused"]
    assert "command 1" not in [q.id for q in operator.asked]


@pytest.mark.parametrize("mode", [Mode.UNATTENDED, Mode.SCRIPTED])
def test_no_command_runs_where_no_person_is_there(mode: Mode) -> None:
    given = ports(Says([CommandWish(1, "")], YES))
    drive(*beginning(mode), given)
    assert kinds(given) == ["CommandRequested", "ApprovalRefused"]


def test_each_command_needs_a_yes_of_its_own() -> None:
    given = ports(Says([CommandWish(1, ""), CommandWish(1, "")], YES))
    drive(*beginning(), given)
    approved = [e.subject for e in events(given) if isinstance(e, ApprovalGiven)]
    assert approved == ["command 1", "command 2"]


def test_a_signal_stops_a_command_and_its_end_is_on_record() -> None:
    given = ports(Says([CommandWish(1, "")], YES), ScriptedCommands({}, threading.Event()))
    threading.Timer(0.2, lambda: given.inbox.put(SignalReceived(2))).start()
    state = drive(*beginning(), given)
    assert state.command_ends[1].end is CommandEnd.STOPPED
    assert state.finished is not None
    assert state.finished.outcome is Outcome.ABORTED


def test_a_command_whose_end_nobody_saw_is_not_repeated() -> None:
    first = ports(Says([CommandWish(1, "")], YES))
    drive(*beginning(), first)
    at = next(n for n, e in enumerate(events(first)) if isinstance(e, CommandStarted))
    program, state = beginning()
    again = ports(Says([], YES))
    ended = drive(program, fold(events(first)[: at + 1], state), again)
    assert ended.command_ends[1].end is CommandEnd.LOST
    assert kinds(again) == ["CommandFinished"]


def test_the_operator_ends_the_run() -> None:
    state = drive(*beginning(), ports(Says([Abort("ada")], YES)))
    assert state.finished is not None
    assert (state.finished.outcome, state.finished.exit_code) == (Outcome.ABORTED, 130)


def test_an_answer_without_a_command_is_as_before() -> None:
    given = ports(Says([], YES))
    drive(*beginning(), given)
    assert kinds(given) == []
    assert any(isinstance(event, QuestionAnswered) for event in events(given))


def bash(folder: Path, text: str, limit: float = 10, **more: str) -> CommandResult:
    environment = {"PATH": "/usr/bin:/bin", **more}
    return BashRunner(folder, environment, folder).run(CommandOrder(1, text, limit))


def test_a_command_is_run_and_its_output_is_kept(tmp_path: Path) -> None:
    result = bash(tmp_path, "echo out; echo err >&2; exit 3")
    assert (result.end, result.exit_code) == (CommandEnd.EXITED, 3)
    assert (tmp_path / result.file).read_text() == "out\nerr\n"
    assert result.excerpt == "out\nerr"


def test_a_secret_never_reaches_the_disk(tmp_path: Path) -> None:
    text = 'echo "$API_TOKEN"; printf %s "$API_TOKEN" | base64; printf "$API_TOKEN" | od -An -tx1'
    result = bash(tmp_path, text, API_TOKEN="hunter2-hunter2")
    written = (tmp_path / result.file).read_text()
    assert "hunter2" not in written + result.excerpt
    assert written.count("[masked]") == 2
    assert result.masked == 2


def test_a_command_that_takes_too_long_is_killed_with_what_it_started(tmp_path: Path) -> None:
    began = time.monotonic()
    result = bash(tmp_path, "sleep 60 & echo $!; sleep 60", limit=0.3)
    assert result.end is CommandEnd.TIMED_OUT
    assert time.monotonic() - began < 3
    child = int((tmp_path / result.file).read_text())
    until(lambda: not Path(f"/proc/{child}").exists() or "Z" in stat_of(child))


ESCAPING = "setsid sleep 60 & echo $!; (setsid sleep 60 & echo $!) & sleep 0.3"


@pytest.mark.parametrize("ending", ["exit 0", "kill -9 $$", "sleep 60"])
def test_what_left_the_session_ends_with_the_command(tmp_path: Path, ending: str) -> None:
    result = bash(tmp_path, f"{ESCAPING}; {ending}", limit=1)
    assert result.end is (CommandEnd.TIMED_OUT if "sleep" in ending else CommandEnd.EXITED)
    assert result.exit_code == {"exit 0": 0, "kill -9 $$": -9}.get(ending)
    children = [int(line) for line in (tmp_path / result.file).read_text().split()]
    assert len(children) == 2
    until(lambda: all(stat_of(child) in "ZX" for child in children))


OUTER = "$(cut -d' ' -f4 /proc/$PPID/stat)"


@pytest.mark.parametrize("escort", ["$PPID", OUTER], ids=["inner", "outer"])
@pytest.mark.parametrize("after", ["sleep 60", "trap '' TERM; sleep 60", "exec setsid sleep 60"])
def test_what_left_the_session_ends_when_an_escort_is_killed(
    tmp_path: Path, escort: str, after: str
) -> None:
    escaping = ESCAPING.replace("echo $!", f"echo $! >> {tmp_path}/escaped")
    began = time.monotonic()
    result = bash(tmp_path, f"{escaping}; kill -9 {escort}; {after}", limit=20)
    assert (result.end, result.exit_code) == (CommandEnd.EXITED, -9)
    assert time.monotonic() - began < 5
    children = [int(line) for line in (tmp_path / "escaped").read_text().split()]
    assert len(children) == 2
    until(lambda: all(stat_of(child) in "ZX" for child in children))


RUNNER = """
import sys
from pathlib import Path
from runner.runs.bash_runner import BashRunner
from runner.runs.command_runner import CommandOrder
folder = Path(sys.argv[1])
text = f"{sys.argv[2]} > {folder}/pids; touch {folder}/ready; trap '' TERM; sleep 60"
BashRunner(folder, {"PATH": "/usr/bin:/bin"}, folder).run(CommandOrder(1, text, 60))
"""


def left_by_a_killed_runner(folder: Path, words: str) -> list[int]:
    """The three processes that a command has started when its runner is killed."""
    command = [sys.executable, "-c", RUNNER, str(folder), words]
    runner = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    until((folder / "ready").exists, seconds=20)
    runner.kill()
    runner.wait()
    pids = [int(n) for name in ("pids", "escaped") for n in (folder / name).read_text().split()]
    assert len(pids) == 3
    return pids


def test_a_stopped_escort_does_not_keep_a_command_alive_when_the_runner_is_killed(
    tmp_path: Path,
) -> None:
    escaping = ESCAPING.replace("echo $!", f"echo $! >> {tmp_path}/escaped")
    words = f"{{ {escaping}; echo $$; kill -STOP $PPID; }}"
    pids = left_by_a_killed_runner(tmp_path, words)
    until(lambda: all(stat_of(pid) in "ZX" for pid in pids), seconds=3)


def test_a_command_and_what_it_started_end_with_a_killed_runner(tmp_path: Path) -> None:
    escaping = ESCAPING.replace("echo $!", f"echo $! >> {tmp_path}/escaped")
    pids = left_by_a_killed_runner(tmp_path, f"{{ {escaping}; echo $$; }}")
    until(lambda: all(stat_of(pid) in "ZX" for pid in pids))


def test_what_goes_on_in_the_background_holds_nothing_up(tmp_path: Path) -> None:
    began = time.monotonic()
    assert bash(tmp_path, "sleep 60 & echo done").excerpt == "done"
    assert time.monotonic() - began < 3


def test_long_output_is_cut_in_the_middle_and_says_so(tmp_path: Path) -> None:
    result = bash(tmp_path, "echo first; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo last")
    written = (tmp_path / result.file).read_bytes()
    assert result.bytes_kept + result.bytes_dropped == 3_000_012
    assert written.startswith(b"first\n")
    assert written.endswith(b"last\n")
    assert b"bytes are not kept" in written


def test_an_unset_variable_is_never_an_empty_word(tmp_path: Path) -> None:
    result = bash(tmp_path, 'rm -rf "$NOWHERE"/x')
    assert result.end is CommandEnd.NOT_STARTED
    assert "$NOWHERE is not set" in result.message


def until(holds: Callable[[], bool], seconds: float = 2) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def stat_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
