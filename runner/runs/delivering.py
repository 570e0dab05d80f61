"""Answers to a run that nobody works on: whoever delivers one writes it down."""

import time
from pathlib import Path

from runner.evidence.letterbox import Letterbox
from runner.evidence.run_evidence import RunEvidence
from runner.evidence.store import Store
from runner.interpreter.state import RunState, fold
from runner.runs.begin import utc_now
from runner.runs.deliveries import delivered, open_questions


def take_letters(folder: Path) -> RunState:
    """Write down what came of every letter in the inbox of a run, and return its state then.

    Raises RunLocked where a process works on the run: it takes the letters itself.
    """
    store = Store(folder.parents[1])
    with RunEvidence.take(store, folder.name, utc_now, time.monotonic) as evidence:
        state = fold(entry.event for entry in evidence.before.entries)
        letters = Letterbox(folder)
        for letter in letters.arrived():
            waiting = open_questions(state)
            asking = waiting[-1].id if waiting and not state.finished else ""
            events = delivered(letter, state, asking)
            state = fold((e.event for e in evidence.append(events)), state)
            letters.put_away(letter)
        evidence.share()
    return state
