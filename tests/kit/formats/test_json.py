import json
from pathlib import Path
from typing import Any

import pytest

from runner import kit

EVENT = {"created": 1795341600, "event_type": "paid", "status": 200}
LIST = json.dumps([EVENT] * 3)


def load(key: kit.Key, text: str) -> Any:
    Path("log.json").write_text(text)
    return key.load("log", "log.json")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'{{"object": "list", "data": {LIST}, "url": "/v1"}}', id="data"),
        pytest.param(f'{{"Records": {LIST}}}', id="Records"),
        pytest.param(f'{{"kind": "List", "items": {LIST}}}', id="items"),
        pytest.param(f'{{"took": 3, "hits": {{"total": 3, "hits": {LIST}}}}}', id="hits in hits"),
        pytest.param(f'\n {{"next": null,\n "results":\n{LIST}\n}}', id="over several lines"),
        pytest.param(json.dumps({"data": [EVENT] * 3}, indent=2), id="indented"),
        pytest.param(f'{{"data": {json.dumps([EVENT])}}}\n' * 3, id="a page on each line"),
        pytest.param(json.dumps([EVENT] * 3, indent=2), id="array"),
        pytest.param((json.dumps(EVENT, indent=2) + "\n") * 3, id="indented objects"),
        pytest.param((json.dumps(EVENT) + "\n") * 3, id="lines"),
        pytest.param((json.dumps({"data": [{}]} | EVENT) + "\n") * 3, id="lines with a list"),
        pytest.param((json.dumps(EVENT) + "\n\n") * 3, id="lines and blank lines"),
    ],
)
def test_the_same_records_load_the_same_however_they_are_wrapped(key: kit.Key, text: str) -> None:
    loaded = load(key, text)

    assert (loaded.rows_read, loaded.rows_bad, loaded.warnings) == (3, 0, ())
    assert key.row("select distinct event_type, status from log") == {
        "event_type": "paid",
        "status": 200,
    }


@pytest.mark.parametrize("mark", ['"has_more": true', '"nextToken": "eyJ"', '"next_page": "b"'])
def test_an_export_that_says_it_has_more_pages_is_a_warning(key: kit.Key, mark: str) -> None:
    loaded = load(key, f'{{"data": {LIST}, {mark}}}')

    assert loaded.warnings == ("log: the export says that there are further pages",)


def test_records_of_many_read_chunks_are_all_there(key: kit.Key) -> None:
    event = json.dumps(EVENT | {"note": "x" * 999})

    assert load(key, '{"data": [' + ",\n".join([event] * 4_001) + "]}").rows_read == 4_001


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (f'{{"data": {LIST[:-1]}', "line 1, column 195: expected , or ]"),
        (f'{{"data": [\n{json.dumps(EVENT)},\n{{"created": oops}}]}}', "line 3, column 13"),
        (f"[{json.dumps(EVENT)},\n  {{]", "line 2, column 4"),
        ('{"data": [{"created": 1, "note": "x', "line 1, column 34: Unterminated string"),
    ],
)
def test_broken_json_is_refused_with_its_place(key: kit.Key, text: str, place: str) -> None:
    with pytest.raises(kit.InputRefused) as refused:
        load(key, text)

    assert refused.value.happened.startswith(f"its JSON is malformed at {place}")


def test_lists_of_what_are_no_objects_are_bad_records(key: kit.Key) -> None:
    loaded = load(key, f'{{"data": [{json.dumps(EVENT)}, {json.dumps(EVENT)}, 7]}}')

    assert (loaded.rows_read, loaded.rows_bad) == (2, 1)
    assert loaded.bad_records[0].why == "not a JSON object: 7"
