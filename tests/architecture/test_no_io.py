"""Parsing, binding, deciding and checking touch no file, no socket and no process.

An audit hook cannot be taken off again, so the work is done in a process of its own. Front matter
is read with yaml and near names are found with difflib, each imported when it is first needed:
they count as imported before.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNBOOKS = (ROOT / "tests/examples/queue-backlog.md", ROOT / "tests/checks/cases/clean.md")
CONTRACT = ROOT / "jupyter-keys/webhook-event-analysis/key.json"

PROGRAM = """
import difflib, subprocess, socket, sys, yaml
from decimal import Decimal
from pathlib import Path

from runner.checks.check import check_runbook
from runner.checks.subject import KnownNames
from runner.document.parse import parse_runbook
from runner.interpreter.decide import decide
from runner.interpreter.program import Program
from runner.interpreter.state import fold
from runner.model.contract_decoder import decode_contract
from runner.model.events import InputStaged, KeyFinished, KeyStarted
from runner.model.events import QuestionAnswered, QuestionOpened
from runner.model.results import KeyResult, OutputValue, StagedInput
from runner.model.runs import Answer, AnswerSource, AskOperator, Finish, InvokeKey
from runner.model.source import SourceText

contract, *texts = [Path(path).read_text(encoding="utf-8") for path in sys.argv[1:]]
WATCHED = ("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "glob.", "pathlib.",
           "pty.", "sqlite3.", "urllib.", "http.", "ctypes.", "import", "exec", "mmap.", "fcntl.")
NOBODY = Answer((), AnswerSource.NOBODY)


def check_and_walk(text):
    parsed = parse_runbook(SourceText("runbooks/example.md", text))
    known, problems = decode_contract(contract)
    program = Program(parsed.runbook, (known,) if known else ())
    check_runbook(parsed, program, KnownNames())
    staged = [StagedInput(i.name, "", "", 0, "") for i in known.inputs]
    state = fold([InputStaged(one) for one in staged])
    for _ in range(200):
        agenda = decide(program, state)
        if isinstance(agenda.request, Finish):
            return
        events = agenda.record
        if isinstance(agenda.request, AskOperator):
            question = agenda.request.question
            events = (QuestionOpened(question), QuestionAnswered(question.id, NOBODY))
        if isinstance(agenda.request, InvokeKey):
            call = agenda.request
            given = tuple(OutputValue(o.name, Decimal("0.9")) for o in known.outputs)
            result = KeyResult(given, (), 0.1, "", "")
            started = KeyStarted(call.invocation, call.key, call.attempt, False)
            executed.append(call.key.text)
            events = (started, KeyFinished(call.invocation, 1, result))
        state = fold(events, state)
    raise AssertionError("the walk did not end")


def hook(event, args):
    if armed and event.startswith(WATCHED):
        touched.append(f"{event} {args!r}"[:300].replace("\\n", " "))


touched, executed, armed = [], [], False
sys.addaudithook(hook)
armed = True
for text in texts:
    check_and_walk(text)
#more
armed = False
assert executed == ["jupyter-webhook-event-analysis"], executed
print("\\n".join(touched))
"""


def touched_by(more: str = "") -> list[str]:
    """The audit events of the work and of one more line of code."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("#more", more), str(CONTRACT), *map(str, RUNBOOKS)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


def test_the_core_touches_nothing_outside() -> None:
    assert touched_by() == []


def test_the_net_catches_a_file_that_is_opened() -> None:
    assert any(event.startswith("open ") for event in touched_by("open(sys.argv[1]).close()"))


def test_the_net_catches_a_socket() -> None:
    assert any(event.startswith("socket.") for event in touched_by("socket.socket().close()"))


def test_the_net_catches_a_process() -> None:
    run = "subprocess.run([sys.executable, '--version'], capture_output=True)"
    assert any(event.startswith("subprocess.") for event in touched_by(run))
