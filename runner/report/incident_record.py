"""The record of a run for the review after an incident, in Markdown.

A timeline, the entries that the runbook wants recorded, the artifacts that it wants saved.
"""

from runner.model.kept_out import kept_out_in_words
from runner.model.results import StagedInput
from runner.model.runbook import EvidenceItem, Runbook
from runner.report.chapters import KeyStory
from runner.report.markdown import plain
from runner.report.measures import SAMPLE_CLOCK, show_clock, show_seconds, show_time
from runner.report.story import Story
from runner.report.text_outcome import beside
from runner.report.text_steps import answer_words


def incident_markdown(story: Story, runbook: Runbook) -> str:
    """The record of one run. What the evidence does not hold is left to tick off by hand."""
    parts = (
        _heading(story),
        _timeline(story),
        _entries(story, runbook),
        _artifacts(story, runbook),
        _open(story),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _heading(story: Story) -> list[str]:
    header = story.header
    incident = f" {plain(header.incident)}" if header.incident else ""
    by = " on ".join(plain(part) for part in (header.user, header.host) if part)
    return [
        f"# Incident{incident}: {plain(header.title)}",
        "",
        f"**{plain(story.headline.word)}**: {plain(story.headline.sentence)}",
        "",
        f"- Run: {plain(header.run_id)}, {header.mode.value}, by {by}",
        f"- Began: {show_time(header.started)}, took {show_seconds(header.seconds)}",
        *([f"- As of: {show_time(header.as_of)}, {SAMPLE_CLOCK}"] if header.as_of else []),
        f"- Runbook: {plain(header.path)}, {plain(header.digest)}",
    ]


def _timeline(story: Story) -> list[str]:
    day, lines = "", ["## Timeline (UTC)", ""]
    for moment in story.moments:
        if (date := f"{moment.at:%Y-%m-%d}") != day:
            day = date
            lines.append(f"**{day}**\n")
        lines.append(f"- {show_clock(moment.at)} {plain(moment.words)}")
    return lines


def _entries(story: Story, runbook: Runbook) -> list[str]:
    wanted = [item for item in runbook.evidence if not item.is_artifact]
    if not wanted:
        return []
    lines = ["## Entries to record", "", *(f"- [ ] {plain(item.text)}" for item in wanted), ""]
    return [*lines, "What the evidence says to them:", "", *(f"- {one}" for one in _facts(story))]


def _facts(story: Story) -> list[str]:
    """Who found what, and which action was done by whom; times are in the timeline."""
    facts = [
        f"{plain(step.heading)}: {plain(step.next)} ({plain(step.why)})"
        for step in story.steps
        if step.next and not step.skipped
    ]
    for action in story.actions:
        said = plain(answer_words(action.question)) if action.question else "not asked"
        facts.append(f"Action {plain(action.number)}, {plain(action.title)}: {said}")
    return facts or ["nothing was decided"]


def _artifacts(story: Story, runbook: Runbook) -> list[str]:
    items = [item for item in runbook.evidence if item.is_artifact]
    lines = ["## Artifacts", ""]
    told: set[str] = set()
    for item in items:
        keys = [key for key in story.keys if key.key in {name.text for name in item.keys}]
        told.update(key.key for key in keys)
        lines += _artifact(item, keys)
    for key in story.keys:
        if key.key not in told:
            lines += _files(key, f"- [x] {plain(key.key)}, which the runbook does not ask for")
    lines += [_input(given) for given in story.inputs]
    if story.kept_out:
        lines.append(f"- kept out of all this: {plain(kept_out_in_words(story.kept_out))}")
    return lines


def _artifact(item: EvidenceItem, keys: list[KeyStory]) -> list[str]:
    if not keys:
        why = ": its KEY did not run" if item.keys else ""
        return [f"- [ ] {plain(item.text)}{why}"]
    return [line for key in keys for line in _files(key, f"- [x] {plain(item.text)}")]


def _files(key: KeyStory, first: str) -> list[str]:
    ended = key.result or key.failure
    if ended is None or not ended.notebook:
        return [f"{first.replace('[x]', '[ ]')}: it left no notebook"]
    return [first, f"  - {plain(ended.notebook)}, {plain(ended.notebook_digest)}"]


def _input(given: StagedInput) -> str:
    if not given.is_copied:
        where = f"{plain(given.file)}, {plain(given.digest)}, {given.size:,} bytes"
        return f"- [ ] input {plain(given.name)}: not kept, save it yourself: {where}"
    return f"- [x] input {plain(given.name)}: {plain(given.file)}, {plain(given.digest)}"


def _open(story: Story) -> list[str]:
    lines: list[str] = []
    for title, items in beside(story):
        lines += [f"## {title}", "", *(f"- {plain(item)}" for item in items), ""]
    return lines[:-1]
