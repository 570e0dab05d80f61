"""`Rerun jupyter-queue-report`: a KEY runs once more where its step is done again."""

from runner.model.runbook import Advice, Branch, Consequence, Rerun, Step


def with_reruns(places: tuple[Step, ...]) -> tuple[Step, ...]:
    """The places, each KEY that is to run again with the step that calls it.

    This step where it calls the KEY itself, else the only one that does. Where no step or several
    do, what is left is advice.
    """
    return tuple(_place(place, places) for place in places)


def _place(place: Step, places: tuple[Step, ...]) -> Step:
    if not any(isinstance(c, Rerun) and c.key for b in place.branches for c in b.consequences):
        return place
    branches = tuple(_branch(branch, place, places) for branch in place.branches)
    return Step(**{**vars(place), "branches": branches})


def _branch(branch: Branch, here: Step, places: tuple[Step, ...]) -> Branch:
    resolved = tuple(_resolved(c, here, places) for c in branch.consequences)
    return Branch(branch.ordinal, branch.condition, branch.text, resolved, branch.span)


def _resolved(consequence: Consequence, here: Step, places: tuple[Step, ...]) -> Consequence:
    if not isinstance(consequence, Rerun) or consequence.key is None:
        return consequence
    callers = [p for p in places if any(c.key == consequence.key for c in p.invocations)]
    if here in callers:
        return consequence
    if len(callers) == 1:
        return Rerun(callers[0].id, consequence.text, consequence.span, consequence.key)
    return Advice(consequence.text, consequence.span)
