"""Notebooks that do not know the kit serve as KEYs: scraps, records, and cells tagged `outputs`."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from runner.keys.foreign_result import write_result
from runner.keys.outputs_cells import Shown, Unreadable, published_in
from runner.keys.papermill_executor import PapermillExecutor
from runner.keys.published import read_published
from runner.model.contract import KeyContract, OutputSpec
from runner.model.identity import KeyName
from runner.model.results import KeyFailure, KeyResult
from runner.model.values import Chart, OutputType, Table, Undefined
from tests.keys.installed import CONTRACT, install, order

SCRAP = "application/scrapbook.scrap.json+json"
RECORD = "application/papermill.record+json"


def shows(*outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {"tags": list(tags)}, "outputs": list(outputs)}


def display(kind: str, data: Any, **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {kind: data}, "metadata": metadata}


def scrap(name: str, data: Any, encoder: str = "json") -> dict[str, Any]:
    return display(SCRAP, {"name": name, "data": data, "encoder": encoder, "version": 1})


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def result(text: str) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}}


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        ([shows()], {}),
        ([shows(scrap("rate", 0.5))], {"rate": 0.5}),
        ([shows(scrap("rate", 0.5)), shows(scrap("rate", 0.6))], {"rate": 0.6}),
        ([shows(scrap("name", "a", "text"), scrap("shown", None, "display"))], {"name": "a"}),
        ([shows(display(RECORD, {"rate": 0.5}), display(RECORD, {"n": 3}))], {"rate": 0.5, "n": 3}),
        ([shows(result("{'rate': 0.5, 'n': None}"), tags=("outputs",))], {"rate": 0.5, "n": None}),
        ([shows(printed('{"rate": 0.5}\n'), tags=("outputs",))], {"rate": 0.5}),
        ([shows(display("application/json", {"n": 1}), tags=("outputs",))], {"n": 1}),
        ([shows(printed("notes"), result("{'n': 1}"), tags=("outputs",))], {"n": 1}),
        ([shows(result("{'n': 1}"), tags=("outputs",)), shows(result("{'n': 2}"),
          tags=("outputs",))], {"n": 2}),
        ([shows(result("{'n': 1}"))], {}),
    ],
)  # fmt: skip
def test_values_are_read_from_what_cells_show(cells: list[Any], values: dict[str, Any]) -> None:
    assert published_in(cells).values == values


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (shows(scrap("frame", "UEFSMQ==", "pandas")), "packed by 'pandas'; glue it as json"),
        (shows(result("{'n': np.float64(1.0)}"), tags=("outputs",)), "shows no mapping"),
        (shows(result("[1, 2]"), tags=("outputs",)), "shows no mapping"),
        (shows(tags=("outputs",)), "shows no mapping"),
        (shows(result("{'rows': [1, 2, ...]}"), tags=("outputs",)), "was shortened"),
        (shows(result("{1: 2}"), tags=("outputs",)), "a name that is no text"),
    ],
)
def test_what_is_published_and_not_whole_is_an_error(cell: Any, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        published_in([cell])


KEY = KeyName("jupyter-toy-key")


def contract(**types: OutputType) -> KeyContract:
    specs = tuple(
        OutputSpec(name, name, kind, nullable=kind is OutputType.RATIO, null_means="no events")
        for name, kind in types.items()
    )
    return KeyContract(KEY, "Toy", "", "1", inputs=(), parameters=(), outputs=specs)


def test_a_result_goes_through_the_contract(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    outputs.mkdir()
    rows = [{"path": "/a", "slow": 1}, {"path": "/b", "more": None}]
    shown = Shown(
        {"n": 3.0, "rate": float("nan"), "worst": rows, "extra": 1, "data_from": "2026-01-01T00Z"},
        {"drawn": "<svg/>"},
    )
    wanted = contract(
        n=OutputType.COUNT, rate=OutputType.RATIO, worst=OutputType.TABLE, drawn=OutputType.CHART
    )
    write_result(shown, wanted, outputs)
    published, problems = read_published(outputs, tmp_path, wanted)
    assert published is not None, problems
    n, rate, worst, drawn = (output.value for output in published.outputs)
    assert (n, isinstance(rate, Undefined)) == (Decimal(3), True)
    assert worst == Table(
        ("path", "slow", "more"),
        (("/a", "1", ""), ("/b", "", "")),
        2,
        "outputs/tables/worst.jsonl",
    )
    assert drawn == Chart("outputs/charts/drawn.svg", "drawn")
    assert published.warnings == ("published and not declared: extra",)
    lines = (outputs / "tables" / "worst.jsonl").read_text().splitlines()
    assert json.loads(lines[1]) == {"path": "/b", "slow": None, "more": None}


def test_columns_of_one_length_are_a_table_and_others_are_not(tmp_path: Path) -> None:
    wanted = contract(worst=OutputType.TABLE)
    write_result(Shown({"worst": {"a": [1, 2], "b": ["x", "y"]}}, {}), wanted, tmp_path)
    published, problems = read_published(tmp_path, tmp_path.parent, wanted)
    assert published is not None, problems
    with pytest.raises(Unreadable, match="output `worst` is a table: publish it as"):
        write_result(Shown({"worst": {"a": [1], "b": []}}, {}), wanted, tmp_path)


def executed(tmp_path: Path, *cells: str, output_bytes: int = 0) -> KeyResult | KeyFailure:
    limits = {"limits": {"output_bytes": output_bytes}} if output_bytes else {}
    key = install(tmp_path / "library", *cells, contract={**CONTRACT, **limits})
    tree = json.loads(key.notebook.read_text())
    tree["cells"][-1]["metadata"]["tags"] = ["outputs"]
    key.notebook.write_text(json.dumps(tree))
    executor = PapermillExecutor()
    given = order(key, tmp_path / "run", limits=key.contract.limits)
    try:
        return executor.execute(given, lambda progress: None)
    finally:
        executor.stop()


@pytest.mark.kernel
def test_a_notebook_without_the_kit_serves_as_a_key(tmp_path: Path) -> None:
    outcome = executed(tmp_path, "found = [1, 2, 3]", "{'count': len(found)}")
    assert isinstance(outcome, KeyResult), outcome
    assert outcome.value("count") == Decimal(3)


@pytest.mark.kernel
def test_a_result_in_output_that_was_cut_is_a_failure(tmp_path: Path) -> None:
    outcome = executed(tmp_path, "print('x' * 100)", "{'count': 3}", output_bytes=90)
    assert isinstance(outcome, KeyFailure)
    assert outcome.message == "it wrote no result file, and what its cells showed was cut"
