"""What the page says and how it sorts things, apart from its form."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from runner.interpreter.program import Program
from runner.model.conditions import Verdict
from runner.model.contract import ParameterValue
from runner.model.kept_out import absent_columns, kept_out_in_words
from runner.model.results import CellReport
from runner.model.safe_text import safe_line
from runner.model.values import Chart, Table
from runner.report.chapters import BranchStory, ExpectationStory, KeyStory, OutputStory
from runner.report.measures import SAMPLE_CLOCK, show_seconds, show_time
from runner.report.story import Story

_NUMBER = re.compile(r"[-+]?[\d,]*\.?\d+\s?%?")
_LAST_LINES = 30


def facts(program: Program, story: Story) -> tuple[tuple[str, str], ...]:
    """What was run, by whom, when, with which versions; empty ones are left out by the page."""
    return tuple((label, safe_line(words)) for label, words in _facts(program, story) if words)


def _facts(program: Program, story: Story) -> Iterator[tuple[str, str]]:
    header = story.header
    yield "Run", header.run_id
    yield "Incident", header.incident
    yield "Mode", header.mode.value
    yield "Started", show_time(header.started)
    yield "As of", f"{show_time(header.as_of)}, {SAMPLE_CLOCK}" if header.as_of else ""
    yield "Finished", show_time(header.finished) if header.finished else "not finished"
    until = "" if header.finished else ", until its record ends"
    yield "Duration", show_seconds(header.seconds) + until
    yield "By", " on ".join(part for part in (header.user, header.host) if part)
    yield "Command", header.command
    yield "Runbook", header.path
    yield "Its digest", header.digest
    changed = program.runbook.source.digest != header.digest
    yield "Note", "the titles shown are of another version of the runbook" if changed else ""
    yield "Its commit", header.git_commit
    yield "Its owner", header.owner
    yield "Last review", header.last_review
    yield "From step", header.from_step
    yield "Until step", header.until_step
    yield "Horizon", header.horizon
    yield "Verifies the run", header.verifies
    yield "Parameters", ", ".join(f"{p.name} = {_value(p.value)}" for p in header.parameters)
    yield "Kept out", kept_out_in_words(story.kept_out)
    absent = ", ".join(absent_columns(story.inputs))
    yield "To be redacted, in no input", f"column {absent}" if absent else ""
    yield "Versions", _versions(story)


def _versions(story: Story) -> str:
    header = story.header
    named = (("runbook-runner", header.runner_version), ("Python", header.python_version))
    return ", ".join(f"{name} {version}" for name, version in named if version)


def _scalars(key: KeyStory) -> tuple[OutputStory, ...]:
    return tuple(o for o in key.outputs if not isinstance(o.value, Table | Chart))


def _charts(key: KeyStory) -> tuple[OutputStory, ...]:
    return tuple(o for o in key.outputs if isinstance(o.value, Chart))


def _tables(key: KeyStory) -> tuple[OutputStory, ...]:
    return tuple(o for o in key.outputs if isinstance(o.value, Table))


def _warnings(key: KeyStory) -> tuple[str, ...]:
    return key.result.warnings if key.result else ()


def _data(key: KeyStory) -> str:
    result = key.result
    if result is None or result.data_from is None or result.data_to is None:
        return ""
    return f"Data from {show_time(result.data_from)} to {show_time(result.data_to)}"


def _cells(key: KeyStory) -> tuple[CellReport, ...]:
    end = key.result or key.failure
    return end.cells if end else ()


def _notebook(key: KeyStory) -> str:
    end = key.result or key.failure
    return f"{end.notebook} {end.notebook_digest}".strip() if end else ""


def _sandbox(key: KeyStory) -> str:
    """How the kernel was shut in, what kept it from the best level, which secrets were masked."""
    end = key.result or key.failure
    if end is None or end.sandbox is None:
        return ""
    network = ", with network" if end.sandbox.network else ""
    why = f" ({end.sandbox.why})" if end.sandbox.why else ""
    masked = "".join(f"; secret {r.name} masked {r.count} x" for r in end.redactions)
    spare = "; on a spare kernel of the resident" if end.on_spare_of_resident else ""
    return f"Sandbox: {end.sandbox.level.value}{network}{why}{masked}{spare}"


def _rows_shown(table: Table, most: int = 20) -> str:
    shown = min(len(table.rows), most)
    count = f"{table.row_count:,} row{'' if table.row_count == 1 else 's'}"
    if shown >= table.row_count:
        return count
    where = f"; all in {table.file}" if table.file else ""
    return f"The first {shown} of {count}{where}"


def _numeric(table: Table, column: int) -> bool:
    cells = [row[column] for row in table.rows if column < len(row)]
    return bool(cells) and all(_NUMBER.fullmatch(cell.strip()) for cell in cells)


def _expected_tone(expected: ExpectationStory) -> str:
    return {Verdict.HOLDS: "good", Verdict.FAILS: "bad"}.get(expected.reason.verdict, "care")


def _branch_tone(branch: BranchStory) -> str:
    return {Verdict.HOLDS: "quiet", Verdict.UNKNOWN: "care"}.get(branch.verdict, "")


def _value(value: ParameterValue) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _tail(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(lines[-_LAST_LINES:])


FILTERS: dict[str, Callable[..., Any]] = {
    "scalars": _scalars,
    "charts": _charts,
    "tables": _tables,
    "warnings": _warnings,
    "data": _data,
    "cells": _cells,
    "notebook": _notebook,
    "sandbox": _sandbox,
    "rows_shown": _rows_shown,
    "numeric": _numeric,
    "expected_tone": _expected_tone,
    "branch_tone": _branch_tone,
    "tail": _tail,
}
