"""A run that was left without an end: what it waits for, and what to type next."""

import shlex
from collections.abc import Iterator

from runner.model.interruptions import WhySuspended
from runner.model.runs import OpenQuestion
from runner.model.safe_text import safe_line
from runner.report.story import Story
from runner.runs.begin import LeftRun
from runner.runs.deliveries import question_digest


def left_text(story: Story, left: LeftRun, where: str) -> Iterator[str]:
    """The lines to show; `where` is the option that names the store, if it must be typed."""
    suspended = left.suspended
    if suspended.why is WhySuspended.SIGNAL:
        yield f"stopped by signal {suspended.signal}; what was under way is on record as stopped"
    else:
        yield "waiting for a person"
        told = [story.questions, *(s.questions for s in story.steps)]
        told += [(action.question,) for action in story.actions if action.question]
        asked = {q.question.id: q.question for questions in told for q in questions}
        question = asked.get(suspended.question_id)
        yield from question_lines(question, left.id, where) if question else ()
    yield f"resume    runbook resume {left.id}{where}"


def question_lines(question: OpenQuestion, run_id: str, where: str) -> Iterator[str]:
    """A question, its options, and how it is answered from another terminal."""
    yield f"  {safe_line(question.text)}"
    for option in question.options:
        leads_to = f"  → {safe_line(option.leads_to)}" if option.leads_to else ""
        yield f"    {safe_line(option.key)}  {safe_line(option.text)}{leads_to}"
    yield f"  shown as {question_digest(question)[:19]}"
    name = shlex.quote(safe_line(question.id))
    yield f"answer    runbook answer {run_id} {name} OPTION{where}"
