"""A run as plain text for a terminal or a log: `step_text`, `outcome_text`, `question_text`, whole.

Every function fits `width` columns by wrapping and never cuts anything off.
"""

from collections.abc import Iterator, Sequence

from runner.model.kept_out import absent_columns, kept_out_in_words
from runner.model.safe_text import safe_line
from runner.report.chapters import Moment
from runner.report.layout import hanging
from runner.report.measures import (
    SAMPLE_CLOCK,
    show_clock,
    show_seconds,
    show_size,
    show_time,
)
from runner.report.story import Story
from runner.report.style import PLAIN, Style
from runner.report.text_outcome import outcome_text
from runner.report.text_question import question_text
from runner.report.text_steps import step_text

__all__ = [
    "commands_text",
    "header_text",
    "outcome_text",
    "question_text",
    "step_text",
    "story_text",
]


def story_text(story: Story, width: int = 80, style: Style = PLAIN) -> str:
    """The whole run: what was run, every step with its decisions, the outcome."""
    parts = [header_text(story, width, style)]
    parts += [step_text(step, width, style) for step in story.steps]
    if story.commands:
        parts.append(commands_text(story, width, style))
    parts.append(outcome_text(story, width, style))
    return "\n".join(parts)


def header_text(story: Story, width: int = 80, style: Style = PLAIN) -> str:
    """What was run, on what, by whom, and what not to do meanwhile."""
    lines = [style.bold(line) for line in hanging("", safe_line(story.header.title), width)]
    for label, text in _facts(story):
        lines += hanging(f"  {label:9} ", safe_line(text), width)
    for prohibited in story.do_not:
        lines += [
            style.yellow(line) for line in hanging("  DO NOT    ", safe_line(prohibited), width)
        ]
    return "\n".join(lines) + "\n"


def commands_text(story: Story, width: int = 80, style: Style = PLAIN) -> str:
    """The commands that the operator asked for, each with what became of it."""
    lines = [style.bold("Commands")]
    for command in story.commands:
        lines += hanging(f"  {command.number}  ", safe_line(command.text), width)
        took = f", {show_seconds(command.result.seconds)}" if command.result else ""
        kept = f", {command.result.file}" if command.result and command.result.file else ""
        said = f"{command.in_words}{took}{kept} ({command.by or 'the operator'}, {command.about})"
        lines += [style.dim(line) for line in hanging("     ", safe_line(said), width)]
    return "\n".join(lines) + "\n"


def _facts(story: Story) -> Iterator[tuple[str, str]]:
    header = story.header
    yield "run", f"{header.run_id}, {header.mode.value}"
    yield "runbook", f"{header.path}, {short_digest(header.digest)}"
    if header.verifies:
        yield "verifies", header.verifies
    if header.incident:
        yield "incident", header.incident
    by = " on ".join(part for part in (header.user, header.host) if part)
    yield "started", show_time(header.started) + (f" by {by}" if by else "")
    if header.as_of:
        yield "as of", f"{show_time(header.as_of)}, {SAMPLE_CLOCK}"
    if header.finished:
        yield "finished", f"{show_time(header.finished)}, {show_seconds(header.seconds)}"
    for given in story.inputs:
        size = show_size(given.size)
        said = f"{given.name}: {given.origin}, {size}, {short_digest(given.digest)}"
        yield "input", said + ("" if given.is_copied else ", not kept")
    if story.kept_out:
        yield "kept out", kept_out_in_words(story.kept_out)
    for absent in absent_columns(story.inputs):
        yield "warning", f"no input has the column {absent}, which is to be redacted"
    for setting in header.settings:
        yield "setting", f"{setting.name} = {setting.value} ({setting.source})"
    if header.by_resident:
        yield "resident", "a resident process did this run"


def timeline_text(moments: Sequence[Moment], width: int) -> str:
    """What happened in order of time: a new day as a heading, the clock (UTC), what happened."""
    lines: list[str] = []
    day = ""
    for moment in moments:
        if (today := show_time(moment.at)[:10]) != day:
            day = today
            lines.append(f"{day} (UTC)")
        after = f"+{show_seconds(moment.seconds)}".rjust(12)
        lines += hanging(f"  {show_clock(moment.at)} {after}  ", safe_line(moment.words), width)
    return "\n".join(lines) + "\n"


def short_digest(digest: str) -> str:
    """The beginning of a digest, to recognise it by; the page and the JSON form have all of it."""
    kind, _, number = digest.partition(":")
    return f"{kind} {number[:12]}…" if number else kind
