"""A short summary in Markdown for the next person on call: to paste into a chat or a ticket."""

import re

from runner.model.conditions import Verdict
from runner.model.kept_out import kept_out_in_words
from runner.model.safe_text import safe_line
from runner.report.chapters import StepStory
from runner.report.measures import SAMPLE_CLOCK, show_seconds, show_time
from runner.report.story import Story
from runner.report.text_outcome import beside, undoing
from runner.report.text_steps import answer_words, found_besides, next_words

_MARKUP = re.compile(r"[\\`*~|$\[\]]|(?<=\])\(|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_TAG = re.compile(r"<(?=[A-Za-z/!?@#&])")
_ENTITY = re.compile(r"&(?=[#A-Za-z])")
_LIVE = re.compile(r"@(?=\S)|#(?=\d)|(?<=[A-Za-z]):(?=//)|\bwww(?=\.)|\bmailto(?=:)", re.I)
"""Where a chat or a tracker would notify somebody, refer to a ticket or make a link by itself."""


def handoff_markdown(story: Story) -> str:
    """What happened, what was found, what is open. Text of others is shown as text only."""
    header = story.header
    lines = [
        f"**{plain(story.headline.word.upper())}**: {plain(story.headline.sentence)}",
        "",
        f"**Next**: {plain(story.headline.next)}",
        "",
        f"- Runbook: {plain(header.title)} ({plain(header.path)})",
        f"- Run: {plain(header.run_id)}, {header.mode.value}, {_when(story)}",
    ]
    if header.as_of:
        lines.append(f"- As of: {show_time(header.as_of)}, {SAMPLE_CLOCK}")
    if header.incident:
        lines.append(f"- Incident: {plain(header.incident)}")
    for given in story.inputs:
        kept = "" if given.is_copied else ", not kept"
        lines.append(f"- Input: {plain(given.origin)}, {plain(given.digest)}{kept}")
    if story.kept_out:
        lines.append(f"- Kept out: {plain(kept_out_in_words(story.kept_out))}")
    for step in story.steps:
        if not step.skipped:
            lines += _step(step)
    lines += _commands(story)
    lines += _actions(story)
    for title, items in beside(story):
        lines += ["", f"**{title}**", "", *(f"- {plain(item)}" for item in items)]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Foreign text as Markdown that shows just that text: no markup, mention, link or picture.

    It reads well where Markdown is not rendered, too. A space breaks mentions and addresses.
    """
    inert = _LIVE.sub(lambda match: f"{match[0]} ", safe_line(text))
    inert = _MARKUP.sub(lambda match: f"\\{match[0]}", inert)
    return _TAG.sub("&lt;", _ENTITY.sub("&amp;", inert))


def _when(story: Story) -> str:
    header = story.header
    words = show_time(header.started)
    words += f", {show_seconds(header.seconds)}" if header.finished else ", not finished"
    by = " on ".join(plain(part) for part in (header.user, header.host) if part)
    return f"{words}, by {by}" if by else words


def _step(step: StepStory) -> list[str]:
    lines = ["", f"**{plain(step.heading)}: {plain(step.title)}**", ""]
    for key in step.keys:
        if key.failure:
            said = f"{key.key} failed ({key.failure.kind.value}): {key.failure.message}"
            lines.append(f"- {plain(said)}")
    for expected in step.expectations:
        said = f"{expected.text}: {expected.reason.sentence}"
        lines.append(f"- {expected.word}: {plain(said)}")
    for branch in step.branches:
        if branch.verdict is Verdict.HOLDS:
            target = ", ".join(plain(words) for words in branch.leads_to)
            said = f"{branch.condition} ({branch.reason.sentence})"
            lines.append(f"- {branch.word}: {plain(said)} → {target}")
    if found := found_besides(step):
        lines.append(f"- found: {plain(found)}")
    if step.next:
        lines.append(f"- next: {plain(next_words(step))}")
    return lines if len(lines) > 3 else [*lines, "- nothing decided"]


def _commands(story: Story) -> list[str]:
    told = [f"- {plain(c.text)}: {plain(c.in_words)}" for c in story.commands]
    return ["", "**Commands**", "", *told] if told else []


def _actions(story: Story) -> list[str]:
    lines: list[str] = []
    for action in story.actions:
        undo = undoing(action)
        words = f"Action {action.number}: {action.title}{f' ({undo})' if undo else ''}"
        done = answer_words(action.question) if action.question else "not asked"
        lines.append(f"- {plain(words)}: {plain(done)}")
    return ["", "**Actions**", "", *lines] if lines else []
