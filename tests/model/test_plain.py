"""Law: whatever a journal holds comes back from JSON as it went in."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.model import conditions, contract, events, identity, results, runs, values
from runner.model.conditions import Ground, Reason, Verdict
from runner.model.events import Event, JournalEntry, SignalReceived
from runner.model.frozen import field_names, is_frozen
from runner.model.plain import NotOfThisType, from_plain, to_plain

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
st.register_type_strategy(datetime, st.datetimes(timezones=ZONES))
st.register_type_strategy(Decimal, st.decimals(allow_nan=False))
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def by_fields(cls: type) -> "st.SearchStrategy[object]":
    """Values of a frozen class, from the types of its fields."""
    hints = get_type_hints(cls)
    return st.builds(cls, **{name: st.from_type(hints[name]) for name in field_names(cls)})


def reasons() -> "st.SearchStrategy[Reason]":
    leaves = st.builds(
        Reason, st.from_type(Verdict), st.text(), st.from_type(Ground), st.text(), st.text()
    )
    parts = st.lists(leaves, max_size=2).map(tuple)
    return st.builds(
        Reason, st.from_type(Verdict), st.text(), st.from_type(Ground), value=st.text(), parts=parts
    )


for module in (conditions, contract, identity, results, runs, values, events):
    for known in vars(module).values():
        if isinstance(known, type) and is_frozen(known):
            st.register_type_strategy(known, by_fields)
st.register_type_strategy(Reason, reasons())

EVENTS = [st.from_type(kind) for kind in get_args(Event)]


@pytest.mark.parametrize("kinds", EVENTS, ids=[kind.__name__ for kind in get_args(Event)])
def test_an_event_comes_back_as_it_went_in(kinds: "st.SearchStrategy[Event]") -> None:
    @settings(max_examples=20, deadline=None, derandomize=True, database=None)
    @given(event=kinds, at=st.from_type(datetime), elapsed=st.from_type(float))
    def law(event: Event, at: datetime, elapsed: float) -> None:
        entry = JournalEntry(1, at, elapsed, "0" * 64, event)
        text = json.dumps(to_plain(entry), allow_nan=False)
        assert from_plain(JournalEntry, json.loads(text)) == entry

    law()


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        {"is": "SignalReceived"},
        {"is": "SignalReceived", "signal": "2"},
        {"is": "SignalReceived", "signal": True},
        {"is": "os.system", "command": "id"},
        {"is": "__class__"},
    ],
)
def test_what_describes_no_event_is_refused(plain: object) -> None:
    with pytest.raises(NotOfThisType):
        from_plain(Event, plain)


def test_a_field_of_a_newer_version_is_passed_over() -> None:
    plain = {**to_plain(SignalReceived(2)), "sender": 4711}
    assert from_plain(SignalReceived, plain) == SignalReceived(2)


def test_a_time_keeps_its_offset() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    found: datetime = from_plain(datetime, to_plain(noon))
    assert found.utcoffset() == timedelta(0)
