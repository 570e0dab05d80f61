"""How a run ended: the outcome in one sentence, what to do next, and what stands beside it."""

from runner.model.runbook import Reversibility
from runner.model.runs import Outcome
from runner.model.safe_text import safe_line
from runner.report.chapters import ActionStory
from runner.report.layout import hanging, wrapped
from runner.report.story import Story
from runner.report.style import PLAIN, Style
from runner.report.text_steps import answer_words
from runner.report.verification import check_lines

_GOOD = (Outcome.HEALTHY, Outcome.RESOLVED)


def outcome_text(story: Story, width: int = 80, style: Style = PLAIN) -> str:
    """The end of a run; for one without an end, where it stands and that it claims nothing."""
    lines = [_word(story, style)]
    lines += [f"  {line}" for line in wrapped(safe_line(story.headline.sentence), width - 2)]
    following = hanging("  next: ", safe_line(story.headline.next), width)
    lines += [style.bold(line) for line in following]
    for standing in story.standing:
        said = f"{standing.kind.value.capitalize()} if {standing.text}: {standing.reason.sentence}"
        lines += [
            style.red(x) for x in hanging("  ! ", safe_line(f"{said} ({standing.after})"), width)
        ]
    for action in story.actions:
        lines += _action(action, width, style)
    for title, items in beside(story):
        lines += ["", style.bold(f"  {title}")]
        for item in items:
            lines += hanging("    - ", safe_line(item), width)
    return "\n".join(lines) + "\n"


def beside(story: Story) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What stands beside the outcome, by its heading; empty lists are left out."""
    if story.finished is None:
        return ()
    end = story.finished
    told = [standing.text for standing in story.standing]
    lists = (
        ("Checks", check_lines(story.checks)),
        ("Escalate", tuple(text for text in end.escalations if text not in told)),
        ("Hand over to", end.handed_over_to),
        ("Findings", end.findings),
        ("Open items", end.open_items),
        ("Open questions", end.open_questions),
        ("Not done", end.not_done),
        ("Follow-ups", story.follow_ups),
    )
    told_by_checks = ("Open items", "Open questions", "Not done") if story.checks else ()
    return tuple((t, items) for t, items in lists if items and t not in told_by_checks)


def undoing(action: ActionStory) -> str:
    """What an action says about undoing it, in words; empty where it says nothing."""
    words = {
        Reversibility.REVERSIBLE: "reversible",
        Reversibility.IRREVERSIBLE: "IRREVERSIBLE",
        Reversibility.UNSTATED: "",
    }[action.reversibility]
    caution = "use with caution" if action.with_caution else ""
    return ", ".join(part for part in (words, caution) if part)


def _word(story: Story, style: Style) -> str:
    word = story.headline.word.upper()
    if story.finished is None:
        return style.yellow(word)
    paint = style.green if story.finished.outcome in _GOOD else style.yellow
    if story.finished.outcome in (Outcome.ESCALATE, Outcome.FAILED, Outcome.BROKEN):
        paint = style.red
    return f"{style.bold(paint(word))}  {style.dim(f'exit code {story.finished.exit_code}')}"


def _action(action: ActionStory, width: int, style: Style) -> list[str]:
    undo = undoing(action)
    title = f"{action.title}{f' ({undo})' if undo else ''}"
    place = f" :{action.line}" if action.line else ""
    first = f"  Action {safe_line(action.number)}  "
    lines = ["", *hanging(first, safe_line(title + place), width)]
    lines[1] = lines[1].replace(first.strip(), style.bold(first.strip()), 1)
    details = (
        ("because", action.because),
        ("before", action.precondition),
        ("warning", action.warning),
        ("verify", action.verification),
        ("undo", action.rollback),
        ("answer", answer_words(action.question) if action.question else ""),
    )
    for label, text in details:
        if text:
            lines += hanging(f"    {label:7} ", safe_line(text), width)
    return lines
