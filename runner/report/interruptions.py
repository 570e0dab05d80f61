"""Events about leaving a run and taking it up again, in words."""

from runner.model.events import Event, RunbookRebased
from runner.model.interruptions import (
    AnswerDelivered,
    ClockStepped,
    RunResumed,
    RunSuspended,
    WhySuspended,
)


def interruption_in_words(event: Event) -> str:
    """The line of such an event in the timeline; empty for every other event."""
    match event:
        case RunSuspended(why=WhySuspended.SIGNAL):
            return f"run stopped (signal {event.signal}), to be resumed"
        case RunSuspended():
            because = f": {event.reason}" if event.reason else ""
            return f"run left waiting for an answer ({event.question_id}){because}"
        case RunResumed():
            return f"run resumed by {event.by} on {event.host}"
        case RunbookRebased():
            return f"decided anew: {'; '.join(event.changes)} (accepted by {event.by})"
        case ClockStepped():
            return f"the clock of the machine moved by {event.seconds:+g} s"
        case AnswerDelivered():
            fate = f", not counted: {event.refused}" if event.refused else ""
            return f"answer delivered by {event.by} ({event.question_id}){fate}"
        case _:
            return ""
