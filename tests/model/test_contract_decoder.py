import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from runner.model.contract import (
    ColumnSpec,
    DeclaredInput,
    DeclaredParameter,
    DeclaredSecret,
    KeyContract,
    Limits,
    Material,
    OutputSpec,
    Tolerance,
)
from runner.model.contract_decoder import decode_contract, field_names

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/reference/key.schema.json").read_text("utf-8"))
SHIPPED = sorted((ROOT / "jupyter-keys").glob("*/key.json"))


def contract(**changes: Any) -> str:
    tree = {
        "slug": "log-analysis",
        "title": "Log analysis",
        "version": "1.0.0",
        "outputs": [{"name": "errors", "label": "Errors", "type": "count"}],
    }
    return json.dumps({**tree, **changes})


def output(**changes: Any) -> list[dict[str, Any]]:
    return [{"name": "errors", "label": "Errors", "type": "count", **changes}]


def problems_of(text: str) -> tuple[str, ...]:
    found, problems = decode_contract(text)
    assert (found is None) == bool(problems)
    return problems


def test_a_minimal_contract_gets_the_default_limits() -> None:
    found, problems = decode_contract(contract())

    assert problems == ()
    assert found is not None
    assert found.key.text == "jupyter-log-analysis"
    assert found.limits == Limits()
    assert (found.idempotent, found.network) == (True, False)


def test_a_share_of_another_count_is_exact() -> None:
    outputs = [*output(material_at={"share": 0.001, "of": "lines"})]
    outputs += [{"name": "lines", "label": "Lines", "type": "count"}]

    found, _ = decode_contract(contract(outputs=outputs))

    assert found is not None
    assert found.outputs[0].material_at == Material(Decimal("0.001"), "lines")


def test_a_plain_number_is_a_threshold() -> None:
    found, _ = decode_contract(contract(outputs=output(material_at=5)))

    assert found is not None
    assert found.outputs[0].material_at == Material(Decimal(5))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (2, Tolerance(Decimal(2))),
        ({"relative": 0.01}, Tolerance(None, Decimal("0.01"))),
        ({"absolute": 0.5, "relative": 1}, Tolerance(Decimal("0.5"), Decimal(1))),
    ],
)
def test_a_tolerance_is_absolute_or_relative_and_exact(written: Any, read: Tolerance) -> None:
    found, _ = decode_contract(contract(outputs=output(tolerance=written)))

    assert found is not None
    assert found.outputs[0].tolerance == read


def test_every_problem_is_found_at_once_with_its_path() -> None:
    text = contract(title=7, outputs=output(typ="count", type="cuont", nullable="yes"))

    assert problems_of(text) == (
        "title: must be a text, found 7",
        "outputs[0].typ: unknown field; did you mean `type`?",
        "outputs[0].type: `cuont` is not one of ratio, percent, count, duration, bytes, money, "
        "number, flag, enum, text, timestamp, table, chart; did you mean `count`?",
        'outputs[0].nullable: must be true or false, found "yes"',
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "key.json is not readable JSON"),
        ("[]", "key.json must be an object, found []"),
        ("[" * 100_000, "key.json is not readable JSON"),
        ('{"slug": "a", "slug": "b"}', "the field `slug` is written twice in one object"),
        (contract(slug="../etc"), "slug: `../etc` must be lower-case words joined by dashes"),
        (contract(slug="jupyter-x"), "slug: is the folder name, without `jupyter-`"),
        (contract(limits={"wall_seconds": 0}), "limits.wall_seconds: must be at least 1, found 0"),
        (contract(limits={"wall_seconds": True}), "limits.wall_seconds: must be a whole number"),
        (contract(outputs=[]), "outputs: a KEY publishes at least one output"),
        (contract(outputs=output() * 2), "outputs: `errors` is declared twice"),
        (contract(outputs=output(name="import")), "outputs[0].name: `import` must be"),
        (contract(outputs=output(nullable=True)), "output `errors`: nullable, so `null_means`"),
        (contract(outputs=output(type="enum")), "output `errors`: `values` belong to"),
        (
            contract(outputs=output(material_at={"share": 0.1, "of": "line"})),
            "output `errors`: `material_at.of` names `line`, which is no count output",
        ),
        (
            contract(outputs=output(material_at={"share": 2, "of": "errors"})),
            "outputs[0].material_at.share: must be between 0 and 1, found 2",
        ),
        (
            contract(outputs=output(tolerance=-1)),
            "outputs[0].tolerance.absolute: must be at least 0, found -1",
        ),
        (
            contract(outputs=output(tolerance={"relative": 2})),
            "outputs[0].tolerance.relative: must be between 0 and 1, found 2",
        ),
        (
            contract(outputs=output(tolerance={})),
            "outputs[0].tolerance: names neither `absolute` nor `relative`",
        ),
        (
            contract(outputs=output(tolerance={"relativ": 0.1})),
            "outputs[0].tolerance.relativ: unknown field; did you mean `relative`?",
        ),
        (
            contract(outputs=output(tolerance="1 %")),
            'outputs[0].tolerance: must be a number in the unit of the output, or {"relative"',
        ),
        (
            contract(outputs=output(type="text", tolerance=1)),
            "output `errors`: `tolerance` belongs to numbers; a text has to be the same",
        ),
        (
            contract(parameters=[{"name": "n", "type": "list", "items": "text", "default": [5]}]),
            "parameters[0].default: does not fit the type list: [5]",
        ),
        (
            contract(parameters=[{"name": "n", "type": "text", "items": "text", "default": ""}]),
            "parameters[0].items: belongs to the type list",
        ),
        (
            contract(parameters=[{"name": "n", "type": "integer", "default": "5"}]),
            'parameters[0].default: does not fit the type integer: "5"',
        ),
        (
            contract(inputs=[{"name": "log", "label": "Log", "formats": ["cvs"]}]),
            "inputs[0].formats[0]: `cvs` is not one of csv, jsonl, json, parquet, text, ",
        ),
    ],
)
def test_a_fault_is_named(text: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems_of(text)), problems_of(text)


def test_two_outputs_cannot_answer_to_one_name() -> None:
    other = {"name": "faults", "label": "Faults", "type": "count", "aliases": ["ERRORS"]}

    assert problems_of(contract(outputs=[*output(), other])) == (
        "outputs `errors` and `faults` are both called `ERRORS`",
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_shipped_contract_is_valid_by_the_decoder_and_by_the_schema(path: Path) -> None:
    text = path.read_text("utf-8")
    found, problems = decode_contract(text)

    jsonschema.validate(json.loads(text), SCHEMA)
    assert problems == ()
    assert found is not None
    assert found.key.slug == path.parent.name


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (DeclaredInput, "input"),
        (ColumnSpec, "column"),
        (DeclaredParameter, "parameter"),
        (OutputSpec, "output"),
        (Material, "material"),
        (Tolerance, "tolerance"),
        (Limits, "limits"),
        (DeclaredSecret, "secret"),
    ],
)
def test_the_schema_knows_the_fields_that_the_decoder_knows(part: type, name: str) -> None:
    assert set(SCHEMA["$defs"][name]["properties"]) == set(field_names(part))
    assert set(SCHEMA["properties"]) == set(field_names(KeyContract))
