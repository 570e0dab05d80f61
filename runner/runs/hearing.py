"""What an operator's reply means for the record: events, in the order in which they count."""

import signal
from collections.abc import Iterator
from typing import assert_never

from runner.errors import InvalidInput
from runner.interpreter.questions import FILE
from runner.model.events import (
    CommandRequested,
    Event,
    InputRefused,
    InputStaged,
    QuestionAnswered,
    SignalReceived,
)
from runner.model.interruptions import RunSuspended, WhySuspended
from runner.model.replies import Abort, CommandWish, InputOffer, Later, Reply
from runner.model.runs import Answer, AnswerSource, OpenQuestion
from runner.runs.intake import Intake

Heard = QuestionAnswered | CommandRequested | InputRefused
"""The events that end the asking of a question, for now or for good."""


def heard(question: OpenQuestion, reply: Reply, intake: Intake) -> Iterator[Event]:
    """The events of a reply; a file is copied here. The last settles the question or reopens it.

    Raises EvidenceLost where a file cannot be copied.
    """
    match reply:
        case Answer():
            yield QuestionAnswered(question.id, reply)
        case CommandWish():
            yield CommandRequested(question.id, reply.number, reply.digest, reply.by)
        case InputOffer():
            try:
                yield InputStaged(intake.take(reply.name, reply.path))
            except InvalidInput as error:
                why = f"{error.happened}{f' ({error.hint})' if error.hint else ''}"
                yield InputRefused(question.id, reply.name, reply.path, why)
                return
            given = Answer((FILE,), AnswerSource.OBSERVED, reply.by, reply.path)
            yield QuestionAnswered(question.id, given)
        case Later():
            yield RunSuspended(WhySuspended.PERSON, question.id, reply.by, reply.reason)
        case Abort():
            yield SignalReceived(signal.SIGINT)
        case _:
            assert_never(reply)
