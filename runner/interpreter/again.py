"""KEYs of a recorded run executed again: what each gave then, and what it gives now."""

from decimal import Decimal

from runner.conditions.showing import show_number, show_value
from runner.conditions.tolerances import Published, is_same, tolerance_text
from runner.model.events import KeyRecord
from runner.model.frozen import frozen
from runner.model.identity import InvocationId, KeyName
from runner.model.results import KeyFailure, KeyResult
from runner.model.values import Value

_ABSENT = "not there"


@frozen
class OutputAgain:
    """An output then and now, as values and as they are shown; None where it was not published.

    `how` says by what it was compared where that is not its value alone, and what differs.
    """

    name: str
    then: Value | None
    now: Value | None
    shown_then: str
    shown_now: str
    is_within: bool
    how: str = ""


@frozen
class KeyAgain:
    """A call of a KEY then and now. `record_then` and `record_now` are its digests, if known.

    `now` is None where it could not be executed, and `why_not` says why; `notes` say what else is
    not as it was.
    """

    invocation: InvocationId
    key: KeyName
    record_then: KeyRecord | None
    record_now: KeyRecord | None
    then: KeyResult | KeyFailure
    now: KeyResult | KeyFailure | None
    outputs: tuple[OutputAgain, ...] = ()
    why_not: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_edited(self) -> bool:
        """Whether its notebook is another one than then."""
        was, now = self.record_then, self.record_now
        return bool(was and now and was.notebook_digest != now.notebook_digest)

    @property
    def has_failed(self) -> bool:
        """Whether it gives no result now and gave one then."""
        return isinstance(self.now, KeyFailure) and not isinstance(self.then, KeyFailure)

    @property
    def is_same(self) -> bool:
        """Whether it was executed again and came out the same."""
        if isinstance(self.now, KeyFailure):
            return isinstance(self.then, KeyFailure) and self.then.kind is self.now.kind
        if self.now is None or isinstance(self.then, KeyFailure):
            return False
        return all(output.is_within for output in self.outputs)


def output_again(name: str, then: Published | None, now: Published | None) -> OutputAgain:
    """An output compared by its value; one that only one of the two published is not the same."""
    texts = [_ABSENT if one is None else show_value(one.spec, one.value) for one in (then, now)]
    if then is None or now is None:
        values = [None if one is None else one.value for one in (then, now)]
        return OutputAgain(name, values[0], values[1], texts[0], texts[1], False)
    same = is_same(then, now)
    if not same and texts[0] == texts[1]:  # rounded for the eye, and yet not the same
        texts = [_exactly(one) for one in (then, now)]
    how = tolerance_text(now.spec) if same and then.value != now.value else ""
    return OutputAgain(name, then.value, now.value, texts[0], texts[1], same, how)


def _exactly(one: Published) -> str:
    if not isinstance(one.value, Decimal):
        return show_value(one.spec, one.value)
    return f"{show_number(one.value)} {one.spec.unit}".rstrip()
