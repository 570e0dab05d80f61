"""The contract of a KEY from the text of its `key.json`; every fault is found at once, in words."""

import json
import keyword
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from runner.model.contract import (
    EXACT,
    ColumnSpec,
    DeclaredInput,
    DeclaredParameter,
    DeclaredSecret,
    KeyContract,
    Limits,
    Material,
    OutputSpec,
    Tolerance,
    plain_name,
)
from runner.model.frozen import field_names as fields_of
from runner.model.identity import NOTEBOOK_PREFIX, KeyName
from runner.model.values import NUMERIC, OutputType

MISSING: Any = object()
"""Stands for a field that key.json does not have."""

T = TypeVar("T")

FORMATS = (
    *("csv", "jsonl", "json", "parquet", "text"),
    *("log", "syslog", "logfmt", "otel-logs", "access-log", "alb-log", "stripe-events"),
    *("postgres-csvlog", "postgres-jsonlog", "postgres-stderr", "mysql-slow"),
    *("otel-spans", "cloudtrail", "kubernetes-audit", "focus", "aws-cur", "metrics-wide"),
)
COLUMN_TYPES = ("text", "integer", "number", "flag", "timestamp")
PARAMETER_TYPES = (*COLUMN_TYPES, "timezone", "date", "path", "list", "columns")
ITEM_TYPES = ("text", "integer", "number", "flag", "timestamp", "date", "path")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@lru_cache(64)
def decode_contract(text: str) -> tuple[KeyContract | None, tuple[str, ...]]:
    """The contract that `text` states, or None with every problem found, each with its JSON path.

    Never raises: unknown fields, wrong types, doubled names and malformed JSON are problems.
    Many runbooks call the same KEYs: a text is decoded once.
    """
    problems: list[str] = []
    try:
        tree = json.loads(text, parse_float=Decimal, object_pairs_hook=_unique(problems))
    except (ValueError, RecursionError, ArithmeticError) as error:
        return None, (f"key.json is not readable JSON: {error}",)
    if not isinstance(tree, dict):
        return None, (f"key.json must be an object, found {_shown(tree)}",)
    contract = _contract(_Part(tree, "", field_names(KeyContract), problems))
    if not problems:
        problems.extend(_contradictions(contract))
    return (None if problems else contract), tuple(problems)


def field_names(part: type) -> tuple[str, ...]:
    """The fields that key.json may use for this part of a contract, in their order."""
    if part is KeyContract:
        return ("$schema", "slug", *(name for name in fields_of(KeyContract) if name != "key"))
    if part is Material:
        return ("share", "of")
    if part is ColumnSpec:  # what a file calls it is said by a person, for one run
        return tuple(name for name in fields_of(ColumnSpec) if name != "found_as")
    return fields_of(part)


class _Part:
    """One JSON object being read: takes fields out and notes what is wrong with them."""

    def __init__(
        self, tree: dict[str, Any], path: str, known: tuple[str, ...], problems: list[str]
    ) -> None:
        from difflib import get_close_matches

        self.tree, self.path, self.problems = tree, path, problems
        for name in tree:
            if name not in known:
                close = get_close_matches(name, known, 1)
                hint = f"; did you mean `{close[0]}`?" if close else f"; known: {', '.join(known)}"
                self.fault(name, f"unknown field{hint}")

    def fault(self, name: str, what: str) -> None:
        self.problems.append(f"{self.at(name)}: {what}")

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def take(self, name: str, wanted: type | tuple[type, ...], words: str, default: Any) -> Any:
        """The field, or `default` where it is absent; MISSING as default makes it required."""
        value = self.tree.get(name, MISSING)
        if value is MISSING:
            if default is MISSING:
                self.fault(name, "missing")
            return default
        right = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
        if not right:
            self.fault(name, f"must be {words}, found {_shown(value)}")
            return default
        return value

    def text(self, name: str, default: Any = "") -> str:
        return str(self.take(name, str, "a text", default))

    def required_text(self, name: str) -> str:
        value = self.text(name, MISSING)
        if not value.strip():
            self.fault(name, "must not be empty")
        return value

    def flag(self, name: str, default: bool) -> bool:
        return bool(self.take(name, bool, "true or false", default))

    def whole(self, name: str, default: int, least: int) -> int:
        value = int(self.take(name, int, "a whole number", default))
        if value < least:
            self.fault(name, f"must be at least {least}, found {value}")
        return value

    def choice(self, name: str, among: Iterable[str]) -> str:
        value, known = self.text(name, MISSING), tuple(among)
        if name in self.tree and isinstance(self.tree[name], str) and value not in known:
            self.fault(name, f"`{value}` is not one of {', '.join(known)}{_meant(value, known)}")
        return value

    def texts(self, name: str, among: tuple[str, ...] = ()) -> tuple[str, ...]:
        found = self.take(name, list, "a list of texts", [])
        for place, item in enumerate(found):
            if not isinstance(item, str) or not item.strip():
                self.fault(f"{name}[{place}]", f"must be a text, found {_shown(item)}")
            elif among and item not in among:
                words = f"`{item}` is not one of {', '.join(among)}{_meant(item, among)}"
                self.fault(f"{name}[{place}]", words)
        return tuple(str(item) for item in found)

    def parts(self, name: str, part: type, read: Callable[["_Part"], T]) -> tuple[T, ...]:
        made = []
        for place, item in enumerate(self.take(name, list, "a list of objects", [])):
            if isinstance(item, dict):
                path = self.at(f"{name}[{place}]")
                made.append(read(_Part(item, path, field_names(part), self.problems)))
            else:
                self.fault(f"{name}[{place}]", f"must be an object, found {_shown(item)}")
        return tuple(made)

    def identifier(self, name: str = "name") -> str:
        value = self.text(name, MISSING)
        fits = _NAME.fullmatch(value) and not keyword.iskeyword(value)
        if isinstance(self.tree.get(name), str) and not fits:
            self.fault(name, f"`{value}` must be lower-case letters, digits and underscores")
        return value


def _contract(part: _Part) -> KeyContract:
    limits = part.take("limits", dict, "an object", {})
    limited = _Part(limits, "limits", field_names(Limits), part.problems)
    return KeyContract(
        key=_key(part),
        title=part.required_text("title"),
        description=part.text("description"),
        version=part.required_text("version"),
        inputs=part.parts("inputs", DeclaredInput, _input),
        parameters=part.parts("parameters", DeclaredParameter, _parameter),
        outputs=part.parts("outputs", OutputSpec, _output),
        questions=part.texts("questions"),
        limits=Limits(**{n: limited.whole(n, v, 1) for n, v in vars(Limits()).items()}),
        idempotent=part.flag("idempotent", True),
        network=part.flag("network", False),
        license_spdx=part.text("license_spdx"),
        tags=part.texts("tags"),
        category=part.text("category"),
        secrets=part.parts("secrets", DeclaredSecret, _secret),
    )


def _key(part: _Part) -> KeyName:
    slug = part.text("slug", MISSING)
    name = KeyName(NOTEBOOK_PREFIX + slug)
    if isinstance(part.tree.get("slug"), str) and not KeyName.is_well_formed(name.text):
        part.fault("slug", f"`{slug}` must be lower-case words joined by dashes")
    if slug.startswith(NOTEBOOK_PREFIX):
        part.fault("slug", f"is the folder name, without `{NOTEBOOK_PREFIX}`")
    return name


def _input(part: _Part) -> DeclaredInput:
    return DeclaredInput(
        name=part.identifier(),
        label=part.required_text("label"),
        formats=part.texts("formats", FORMATS),
        columns=part.parts("columns", ColumnSpec, _column),
        min_rows=part.whole("min_rows", 0, 0),
        row_is=part.text("row_is"),
        required=part.flag("required", True),
        redact=part.texts("redact"),
    )


def _secret(part: _Part) -> DeclaredSecret:
    meaning, required = part.text("meaning"), part.flag("required", True)
    return DeclaredSecret(part.identifier(), meaning, required)


def _column(part: _Part) -> ColumnSpec:
    return ColumnSpec(
        name=part.identifier(),
        type=part.choice("type", COLUMN_TYPES),
        aliases=part.texts("aliases"),
        required=part.flag("required", True),
        redact=part.flag("redact", False),
    )


def _parameter(part: _Part) -> DeclaredParameter:
    name, type_ = part.identifier(), part.choice("type", PARAMETER_TYPES)
    if "default" not in part.tree:
        part.fault("default", "missing (null where there is none)")
    items = part.choice("items", ITEM_TYPES) if "items" in part.tree else "text"
    if "items" in part.tree and type_ != "list":
        part.fault("items", "belongs to the type list")
    default = part.tree.get("default")
    if not _is_default(type_, items, default):
        part.fault("default", f"does not fit the type {type_}: {_shown(default)}")
        default = None
    if isinstance(default, list):
        default = tuple(default)
    unit, meaning = part.text("unit"), part.text("meaning")
    return DeclaredParameter(name, type_, default, unit, meaning, items)


def _is_default(type_name: str, items: str, default: Any) -> bool:
    if default is None:
        return True
    if type_name == "list":
        return isinstance(default, list) and all(
            item is not None and _is_default(items, "", item) for item in default
        )
    fits = {"integer": (int,), "number": (int, Decimal), "flag": (bool,)}.get(type_name, (str,))
    return type(default) in fits


def _output(part: _Part) -> OutputSpec:
    type_ = part.choice("type", (member.value for member in OutputType))
    known = type_ in {member.value for member in OutputType}
    return OutputSpec(
        name=part.identifier(),
        label=part.required_text("label"),
        type=OutputType(type_) if known else OutputType.TEXT,
        aliases=part.texts("aliases"),
        unit=part.text("unit"),
        values=part.texts("values"),
        nullable=part.flag("nullable", False),
        null_means=part.text("null_means"),
        question=part.text("question"),
        material_at=_material(part),
        tolerance=_tolerance(part),
    )


def _material(part: _Part) -> Material | None:
    words = 'a number or {"share": 0.001, "of": "<count>"}'
    found = part.take("material_at", (int, Decimal, dict), words, None)
    if not isinstance(found, dict):
        return None if found is None else Material(Decimal(found))
    inner = _Part(found, part.at("material_at"), field_names(Material), part.problems)
    share = inner.take("share", (int, Decimal), "a number", MISSING)
    if isinstance(share, int | Decimal) and not 0 <= share <= 1:
        inner.fault("share", f"must be between 0 and 1, found {share}")
    threshold = Decimal(share) if isinstance(share, int | Decimal) else Decimal(0)
    return Material(threshold, inner.required_text("of"))


def _tolerance(part: _Part) -> Tolerance:
    words = 'a number in the unit of the output, or {"relative": 0.01}'
    found = part.take("tolerance", (int, Decimal, dict), words, None)
    if found is None:
        return EXACT
    tree = found if isinstance(found, dict) else {"absolute": found}
    inner = _Part(tree, part.at("tolerance"), field_names(Tolerance), part.problems)
    if not tree:
        part.fault("tolerance", "names neither `absolute` nor `relative`")
    bounds = {name: inner.take(name, (int, Decimal), "a number", None) for name in tree}
    for name, most in (("absolute", None), ("relative", 1)):
        bound = bounds.get(name)
        if bound is not None and (bound < 0 or (most is not None and bound > most)):
            wanted = "between 0 and 1" if most else "at least 0"
            inner.fault(name, f"must be {wanted}, found {bound}")
    absolute, relative = (bounds.get(name) for name in field_names(Tolerance))
    return Tolerance(
        None if absolute is None else Decimal(absolute),
        None if relative is None else Decimal(relative),
    )


def _contradictions(contract: KeyContract) -> Iterable[str]:
    """What is wrong between parts that are each well formed."""
    yield from _doubled("inputs and parameters", (*contract.inputs, *contract.parameters))
    yield from _doubled("outputs", contract.outputs)
    yield from _doubled("secrets", contract.secrets)
    for source in contract.inputs:
        yield from _doubled(f"columns of input `{source.name}`", source.columns)
        yield from _redacted_faults(source)
    if not contract.outputs:
        yield "outputs: a KEY publishes at least one output"
    yield from _shared_names(contract.outputs)
    for spec in contract.outputs:
        yield from _output_faults(spec, contract)


def _redacted_faults(source: DeclaredInput) -> Iterable[str]:
    named = {plain_name(name) for name in source.redact}
    for column in source.columns:
        names = {plain_name(name) for name in (column.name, *column.aliases)}
        if column.type != "text" and (column.redact or named & names):
            yield (
                f"input `{source.name}`: column `{column.name}` is of the type {column.type}; "
                "only text can be redacted"
            )


def _output_faults(spec: OutputSpec, contract: KeyContract) -> Iterable[str]:
    at = f"output `{spec.name}`"
    if (spec.type is OutputType.ENUM) != bool(spec.values):
        yield f"{at}: `values` belong to the type enum, and an enum needs them"
    if spec.nullable and not spec.null_means:
        yield f"{at}: nullable, so `null_means` must say what null means"
    if spec.null_means and not spec.nullable:
        yield f"{at}: has `null_means` and is not nullable"
    if spec.nullable and spec.type in (OutputType.TABLE, OutputType.CHART):
        yield f"{at}: a {spec.type.value} is published empty rather than null"
    if spec.tolerance != EXACT and spec.type not in NUMERIC:
        yield f"{at}: `tolerance` belongs to numbers; a {spec.type.value} has to be the same"
    material = spec.material_at
    if material and spec.type is not OutputType.COUNT:
        yield f"{at}: `material_at` belongs to the type count"
    if material and material.share_of:
        whole = contract.output(material.share_of)
        if whole is None or whole.type is not OutputType.COUNT:
            yield f"{at}: `material_at.of` names `{material.share_of}`, which is no count output"


def _shared_names(outputs: tuple[OutputSpec, ...]) -> Iterable[str]:
    owner: dict[str, str] = {}
    for spec in outputs:
        for name in spec.names:
            other = owner.setdefault(plain_name(name), spec.name)
            if other != spec.name:
                yield f"outputs `{other}` and `{spec.name}` are both called `{name}`"


def _doubled(what: str, parts: Iterable[Any]) -> Iterable[str]:
    seen: set[str] = set()
    for part in parts:
        if part.name in seen:
            yield f"{what}: `{part.name}` is declared twice"
        seen.add(part.name)


def _unique(problems: list[str]) -> Callable[[list[tuple[str, Any]]], dict[str, Any]]:
    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, value in pairs:
            if name in made:
                problems.append(f"the field `{name}` is written twice in one object")
            made[name] = value
        return made

    return collect


def _meant(value: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(value, known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _shown(value: object) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
