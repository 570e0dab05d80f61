"""Events of the Stripe API: a list object, its pages, or one event a line."""

import re

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.json_records import read_records
from runner.kit.formats.json_text import list_path
from runner.kit.readable_file import HEAD_BYTES
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_EVENT = re.compile(r'"object"\s*:\s*"event"')
_ID = re.compile(r'"id"\s*:\s*"evt_')


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether it is JSON that holds an event within its head."""
    is_json = head.text.lstrip()[:1] in ("{", "[")
    return is_json and bool(_EVENT.search(head.text)) and bool(_ID.search(head.text))


def read(reading: Reading) -> RawRecords:
    """An event each. `pending_webhooks` tells how many endpoints have not taken it yet.

    Deliveries with their answers are not in it: an event has no status.
    """
    with reading.path.open("rb") as file:
        head = Head.of(file.read(HEAD_BYTES), False)
    return read_records(reading, list_path(head.text.lstrip(), reading.declared))


FORMAT = Format("stripe-events", "events of the Stripe API", claims, read)
