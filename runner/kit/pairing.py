"""Which column of one table is which of the other, and when two of their values are the same."""

from decimal import Decimal, InvalidOperation
from typing import Any

from runner.kit.casting import engine_type, typed
from runner.kit.refusal import KitMisuse
from runner.model.contract import plain_name
from runner.model.frozen import frozen


@frozen
class Rules:
    """How two tables are compared.

    `keys`, `ignored` and `time` are columns of the left side; `mapped` are pairs of a left and a
    right column of different names. Numbers may differ by `number_tolerance`, or by the share
    `relative_tolerance` of the larger one; times by `time_tolerance` seconds.
    """

    keys: tuple[str, ...]
    mapped: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    number_tolerance: Decimal = Decimal(0)
    relative_tolerance: Decimal = Decimal(0)
    time_tolerance: Decimal = Decimal(0)
    ignore_case: bool = False
    time: str = ""

    @staticmethod
    def of(**given: Any) -> "Rules":
        """Rules from the parameters of a notebook: names and pairs as text, tolerances as numbers.

        Raises KitMisuse for a tolerance that is no number, or below zero.
        """
        made = dict(given)
        for name in ("keys", "ignored"):
            made[name] = Rules.names(given.get(name, ""))
        made["mapped"] = Rules.pairs(given.get("mapped", ""))
        for name in [name for name in given if name.endswith("_tolerance")]:
            made[name] = _tolerance(name, given[name])
        return Rules(**made)

    @staticmethod
    def names(text: str) -> tuple[str, ...]:
        """Column names from a parameter, `id, region`."""
        return tuple(name.strip() for name in (text or "").split(",") if name.strip())

    @staticmethod
    def pairs(text: str) -> tuple[tuple[str, str], ...]:
        """Pairs of columns from a parameter, `state = status, total = amount`."""
        made = []
        for part in Rules.names(text):
            left, equals, right = (word.strip() for word in part.partition("="))
            if not (left and equals and right):
                raise KitMisuse(f"`{part}` is no pair of columns such as `state = status`")
            made.append((left, right))
        return tuple(made)


@frozen
class Pair:
    """A column of the left side and its counterpart, by the names that the tables give them.

    `kind` is text, number, timestamp or flag, or empty where nobody needs to know, since all values
    are the same as written; `are_texts` says of each side whether the table holds its values as
    text.
    """

    left: str
    right: str
    rules: Rules
    kind: str = "text"
    are_texts: tuple[bool, bool] = (True, True)

    @property
    def label(self) -> str:
        """The name under which its differences are reported."""
        return self.left

    @property
    def description(self) -> str:
        """How its values are compared, in words."""
        rules, margins = self.rules, []
        if not self.kind:
            return "as written"
        if self.kind == "number" and rules.number_tolerance:
            margins.append(f"± {rules.number_tolerance}")
        if self.kind == "number" and rules.relative_tolerance:
            margins.append(f"± {rules.relative_tolerance * 100:g} %")
        if self.kind == "timestamp" and rules.time_tolerance:
            margins.append(f"± {rules.time_tolerance} s")
        if self.kind == "text" and rules.ignore_case:
            margins.append("letter case ignored")
        return ", ".join([self.kind, *margins])

    def compared_as(self, kind: str, are_texts: tuple[bool, bool]) -> "Pair":
        """The same pair, its values read as that kind."""
        return Pair(self.left, self.right, self.rules, kind, are_texts)

    def value(self, column: str, side: int, zone: str) -> str:
        """SQL for the value of a column of the left (0) or right (1) side, as its kind."""
        is_text = self.are_texts[side]
        if self.kind != "text":
            return typed(self.kind, column, zone) if is_text else _as_typed(self.kind, column)
        text = column if is_text else f"({column})::varchar"
        return f"lower({text})" if self.rules.ignore_case else text

    def shown(self, value: str) -> str:
        """SQL for a typed value as a person reads it: `12.5`, not `12.500000000`."""
        text = f"({value})::varchar"
        return f"regexp_replace({text}, '\\.?0+$', '')" if self.kind == "number" else text

    def differs(self, left: str, right: str, zone: str) -> str:
        """SQL that is true where two values, as the tables hold them, are not the same.

        Two empty ones are. Only texts that are not equal letter by letter are read any further.
        """
        test = self._apart(self.value(left, 0, zone), self.value(right, 1, zone))
        if self.are_texts == (True, True):
            return f"case when {left} is not distinct from {right} then false else {test} end"
        return test

    def _apart(self, left: str, right: str) -> str:
        margin = self._margin(left, right)
        if not margin:
            return f"({left} is distinct from {right})"
        apart = f"abs({left} - {right})"
        if self.kind == "timestamp":
            apart = f"abs(epoch_us({left}) - epoch_us({right}))"
        return f"(({left} is null) <> ({right} is null) or coalesce({apart} > {margin}, false))"

    def _margin(self, left: str, right: str) -> str:
        rules = self.rules
        if self.kind == "timestamp" and rules.time_tolerance:
            return str(int(rules.time_tolerance * 1_000_000))
        if self.kind != "number" or not (rules.number_tolerance or rules.relative_tolerance):
            return ""
        if not rules.relative_tolerance:
            return f"{rules.number_tolerance:f}"
        larger = f"greatest(abs({left}), abs({right}))::double"
        share = f"{rules.relative_tolerance:f}::double * {larger}"
        return f"greatest({rules.number_tolerance:f}::double, {share})"


def pair_columns(
    left: tuple[str, ...], right: tuple[str, ...], rules: Rules
) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    """The pairs, keys first, and the columns of either side that have no counterpart.

    Columns pair by `mapped`, else by name with letter case, spaces, dashes and underscores
    ignored. Raises KitMisuse for a name that is not there.
    """
    if not rules.keys:
        raise KitMisuse("name the columns that say which rows belong together, such as `id`")
    counterpart = _counterparts(left, right, rules)
    keys = tuple(_found(name, left, "left") for name in rules.keys)
    ignored = {_found(name, left, "left", right) for name in rules.ignored}
    without = [name for name in keys if name not in counterpart]
    if without:
        raise KitMisuse(f"the right side has no key column `{without[0]}`; it has {_listed(right)}")
    if rules.time:
        _found(rules.time, left, "left")
    compared = [name for name in left if name in counterpart and name not in (*keys, *ignored)]
    pairs = tuple(Pair(name, counterpart[name], rules) for name in (*keys, *compared))
    taken = {pair.left for pair in pairs}, {pair.right for pair in pairs}
    alone = [name for name in left if name not in taken[0] and name not in ignored]
    alone += [name for name in right if name not in taken[1] and name not in ignored
              and counterpart_of(name, counterpart) not in ignored]  # fmt: skip
    return pairs, tuple(alone)


def _tolerance(name: str, given: Any) -> Decimal:
    try:
        tolerance = Decimal(str(given))
    except InvalidOperation:
        raise KitMisuse(f"{name} is `{given}`, which is no number") from None
    if not tolerance.is_finite() or tolerance < 0:
        raise KitMisuse(f"{name} is {given}, and must be a number of at least 0")
    return tolerance


def counterparts(names: str, mapping: str) -> str:
    """What the right side calls these left columns, by a mapping such as `state = status`."""
    pairs = {plain_name(left): right for left, right in Rules.pairs(mapping)}
    return ", ".join(pairs.get(plain_name(name), name) for name in Rules.names(names))


def counterpart_of(right: str, counterpart: dict[str, str]) -> str:
    """The left column that is paired with this right one, or nothing."""
    return next((left for left, other in counterpart.items() if other == right), "")


def _counterparts(left: tuple[str, ...], right: tuple[str, ...], rules: Rules) -> dict[str, str]:
    mapped = {
        _found(one, left, "left"): _found(other, right, "right") for one, other in rules.mapped
    }
    if len(set(mapped.values())) < len(rules.mapped):
        raise KitMisuse("the mapping names a column twice")
    free = {plain_name(name): name for name in right if name not in mapped.values()}
    paired = {n: free[plain_name(n)] for n in left if n not in mapped and plain_name(n) in free}
    return mapped | paired


def _as_typed(kind: str, column: str) -> str:
    return f"({column})::{engine_type(kind)}"


def _found(name: str, columns: tuple[str, ...], side: str, more: tuple[str, ...] = ()) -> str:
    for column in (*columns, *more):
        if plain_name(column) == plain_name(name):
            return column
    raise KitMisuse(f"the {side} side has no column `{name}`; it has {_listed(columns)}")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:40])
