"""A runbook with the rehearsal that stands beside it."""

from pathlib import Path

from runner.errors import InvalidInput, NotFound
from runner.interpreter.program import Program
from runner.keys.catalog import Library
from runner.model.frozen import frozen
from runner.model.rehearsals import Rehearsal, RehearsalProblem, Rehearsed
from runner.runs.coverage import coverage
from runner.runs.loading import load_runbook
from runner.runs.rehearsal_file import decode_rehearsal
from runner.runs.rehearsal_results import run_case
from runner.runs.runbook_files import read_text
from runner.runs.scripted_values import problems_of


@frozen
class LoadedRehearsal:
    """What is needed to rehearse a runbook. `file` is where its cases are, or belong."""

    program: Program
    rehearsal: Rehearsal
    file: Path


def rehearsal_file(runbook: Path) -> Path:
    """Where the rehearsal of a runbook stands, whether it is there or not."""
    if runbook.name == "README.md":
        return runbook.with_name("rehearsal.toml")
    return runbook.with_suffix(".rehearsal.toml")


def load_rehearsal(library: Library, name: str, cases: Path | None = None) -> LoadedRehearsal:
    """A runbook and its cases; none where no file stands beside it, or an empty one.

    A shell has emptied the file before `--generate > FILE` begins.

    A KEY that is installed keeps its own contract. Raises NotFound where `cases` is given and is
    not there, InvalidInput, naming every problem, where a case cannot be run as it is written.
    """
    loaded = load_runbook(library, name)
    file = cases or rehearsal_file(loaded.path)
    if not file.is_file():
        if cases:
            raise NotFound(f"there is no file {cases}", "nothing was rehearsed")
        return LoadedRehearsal(loaded.program, Rehearsal(), file)
    text = read_text(file)
    if not text.strip():
        return LoadedRehearsal(loaded.program, Rehearsal(), file)
    rehearsal = decode_rehearsal(text)
    installed = {contract.key for contract in loaded.program.contracts}
    scripted = tuple(c for c in rehearsal.contracts if c.key not in installed)
    program = Program(loaded.runbook, loaded.program.contracts + scripted)
    problems = [*rehearsal.problems, *_of_keys(program, rehearsal)]
    problems += [problem for case in rehearsal.cases for problem in problems_of(program, case)]
    if problems:
        raise _refused(file, problems)
    return LoadedRehearsal(program, rehearsal, file)


def rehearse_all(loaded: LoadedRehearsal) -> Rehearsed:
    """Run every case, in order."""
    ran = [run_case(loaded.program, case) for case in loaded.rehearsal.cases]
    runbook = loaded.program.runbook
    return Rehearsed(
        runbook.slug,
        runbook.source.path,
        str(loaded.file),
        tuple(result for result, _ in ran),
        coverage(loaded.program, [run for _, run in ran]),
    )


def _of_keys(program: Program, rehearsal: Rehearsal) -> list[RehearsalProblem]:
    called = {call.key for step in program.runbook.places for call in step.invocations}
    unused = [c.key.text for c in rehearsal.contracts if c.key not in called]
    return [RehearsalProblem(f"no step calls the KEY {name}") for name in unused]


def _refused(file: Path, problems: list[RehearsalProblem]) -> InvalidInput:
    lines = [f"{file}{f':{p.line}' if p.line else ''}: {p.text}" for p in problems]
    return InvalidInput("\n       ".join(lines), "nothing was rehearsed", f"mend {file}")
