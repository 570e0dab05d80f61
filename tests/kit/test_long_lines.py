"""Lines and records that are longer than the engine reads are told, and none is lost."""

import pytest

from runner import kit
from tests.kit.test_loading import HEADER, LOG, ROW, load, refusal

LONG = "x" * (33 * 1024 * 1024)


@pytest.mark.parametrize(
    ("before", "ends"), [(HEADER + ROW * 40, "\n"), (HEADER + ROW * 40, "\r"), (LOG * 40, "\n")]
)
def test_a_line_that_is_too_long_to_be_a_record_is_named_and_none_is_lost(
    key: kit.Key, before: str, ends: str
) -> None:
    line = before.count("\n") + 1
    content = (before + ROW[:-1] + LONG + "\n" + ROW * 40).replace("\n", ends)

    assert refusal(key, content) == f"line {line} is longer than 32 MiB"


def test_a_quoted_record_that_is_too_long_is_bad_and_the_others_are_read(key: kit.Key) -> None:
    long = "x" * 1023 + "\n"
    loaded = load(key, HEADER + ROW * 40 + ROW[:-1] + f'"{long * 33 * 1024}"\n' + ROW * 40)

    assert (loaded.rows_read, loaded.rows_bad) == (80, 1)
    [bad] = loaded.bad_records
    assert (bad.record, bad.why.partition(":")[0]) == (41, "it is longer than 32 MiB")


def test_an_object_that_is_too_long_is_not_lost(key: kit.Key) -> None:
    row = (
        '{"timestamp": "2026-11-22T10:00:00Z", "event_type": "paid", "status": 200, "note": "%s"}\n'
    )

    said = refusal(key, row % "" * 40 + row % (LONG * 2) + row % "" * 40)

    assert '"maximum_object_size" of 33554432 bytes exceeded' in said
