"""How fast the language is: documents a second to parse and lint, and the time of a decision."""

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from runner.checks.check import check_runbook
from runner.checks.subject import KnownNames
from runner.conditions.binding import bind
from runner.conditions.evaluation import Missing, evaluate
from runner.conditions.grammar import parse_condition
from runner.conditions.vocabulary import Vocabulary
from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.model.source import SourceText

SAMPLE = Path(__file__).parents[1] / "runbooks" / "webhook-failures.md"
LINES = 400


def documents_per_second(lines: int = LINES, repeats: int = 20) -> float:
    """Runbooks of about `lines` lines that one core parses and lints in a second."""
    text = SAMPLE.read_text(encoding="utf-8")
    share = len(text.splitlines()) / lines

    def parse_and_lint() -> None:
        parsed = parse_runbook(SourceText("runbooks/sample.md", text))
        check_runbook(parsed, Program(parsed.runbook, ()), KnownNames())

    return share / _best(parse_and_lint, repeats)


def write_runbooks(folder: Path, count: int = 1000, lines: int = LINES) -> None:
    """A library of `count` different runbooks of about `lines` lines that call the shipped KEYs."""
    shutil.copytree(SAMPLE.parents[1] / "jupyter-keys", folder / "jupyter-keys")
    (folder / "runbooks").mkdir()
    whole = SAMPLE.read_text(encoding="utf-8").splitlines()
    more = whole[len(whole) // 3 :][: lines - len(whole)]
    more = [re.sub(r"\b(Step|Action) (\d)", r"\1 9\2", line) for line in more]
    for number in range(count):
        text = "\n".join([*whole, f"Copy {number}.", *more])
        (folder / "runbooks" / f"copy-{number}.md").write_text(text, encoding="utf-8")


def seconds_per_decision(repeats: int = 200) -> float:
    """Seconds to read, bind and judge one condition of three parts."""
    condition = "Success Rate < 95% or timeouts and not version changed"
    vocabulary = Vocabulary(())
    return _best(
        lambda: evaluate(
            bind(parse_condition(condition), vocabulary), lambda key, name: Missing("not run")
        ),
        repeats,
    )


def _best(work: Callable[[], object], repeats: int) -> float:
    work()
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


if __name__ == "__main__":
    print(f"{documents_per_second():.0f} documents of {LINES} lines a second, parse and lint")
    print(f"{seconds_per_decision() * 1000:.2f} ms a decision")
