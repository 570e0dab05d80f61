"""Questions with their answers, in the order in which they were asked."""

from collections.abc import Sequence

from runner.model.events import JournalEntry, QuestionAnswered, QuestionOpened
from runner.model.runs import QuestionKind
from runner.report.chapters import QuestionStory


def question_stories(entries: Sequence[JournalEntry]) -> tuple[QuestionStory, ...]:
    """Every question that was put, each once. A yes for a command stands with its command."""
    answers = {e.event.question_id: e for e in entries if isinstance(e.event, QuestionAnswered)}
    asked: dict[str, QuestionStory] = {}
    for entry in entries:
        if not isinstance(entry.event, QuestionOpened) or entry.event.question.id in asked:
            continue
        question = entry.event.question
        if question.kind is QuestionKind.COMMAND:
            continue
        answered = answers.get(question.id)
        answer = answered.event if answered else None
        asked[question.id] = QuestionStory(
            question,
            entry.number,
            entry.at,
            answer.answer if isinstance(answer, QuestionAnswered) else None,
            answered.at if answered else None,
        )
    return tuple(asked.values())
