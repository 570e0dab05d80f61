# ruff: noqa: S608 - names pass through `quoting`; conditions are SQL of the operator, see `judge`
"""Invariants: SQL conditions that every row of a table must meet, and the rows that do not."""

from typing import Any

from runner.kit.quoting import identifier, literal
from runner.kit.refusal import KitMisuse
from runner.model.frozen import frozen
from runner.model.safe_text import safe_line

SHOWN_VIOLATIONS = 1_000


@frozen
class Invariant:
    """A named SQL condition over the columns of a table."""

    name: str
    condition: str


@frozen
class Judged:
    """What came of an invariant: rows that break it, and rows for which it has no answer."""

    invariant: Invariant
    rows: int
    violations: int
    undecided: int


def invariants_of(text: str) -> tuple[Invariant, ...]:
    """Invariants from a parameter: `name: condition`, one a line or with semicolons between.

    Raises KitMisuse for one without a name or a condition, and for a doubled name.
    """
    found: list[Invariant] = []
    for part in text.replace("\n", ";").split(";"):
        name, colon, condition = (word.strip() for word in part.partition(":"))
        if not part.strip():
            continue
        if not (name and colon and condition):
            raise KitMisuse(
                f"`{safe_line(part.strip())}` is no invariant such as `paid: total > 0`"
            )
        if any(name == one.name for one in found):
            raise KitMisuse(f"two invariants are called `{safe_line(name)}`")
        found.append(Invariant(name, condition))
    return tuple(found)


def judge(con: Any, table: str, invariants: tuple[Invariant, ...]) -> tuple[Judged, ...]:
    """Try every invariant on every row, and name the rows that break one.

    The engine then holds `invariant_results` (invariant, condition, rows, violations, undecided)
    and `violations` (invariant, record: the row as JSON; the first SHOWN_VIOLATIONS of each). A
    condition is one expression; it can read the tables that are loaded, and no file, since the
    caller has shut the engine off. Raises KitMisuse with what the engine says of a broken one.
    """
    con.execute(
        "create or replace temp table invariant_results "
        "(invariant varchar, condition varchar, rows bigint, violations bigint, undecided bigint)"
    )
    con.execute("create or replace temp table violations (invariant varchar, record varchar)")
    return tuple(_judged(con, table, invariant) for invariant in invariants)


def _judged(con: Any, table: str, invariant: Invariant) -> Judged:
    tried = f"select one, ({invariant.condition}\n)::boolean as holds from {identifier(table)} one"
    try:
        [counts] = con.execute(
            "select count(*), count(*) filter (not holds), count(*) filter (holds is null) "
            f"from ({tried})"
        ).fetchall()
        con.execute(
            f"insert into violations select {literal(invariant.name)}, to_json(one)::varchar "
            f"from ({tried}) where not holds limit {SHOWN_VIOLATIONS}"
        )
    except Exception as error:
        said = safe_line(str(error).splitlines()[0])
        raise KitMisuse(f"invariant `{invariant.name}` cannot be judged: {said}") from None
    values = [invariant.name, invariant.condition, *counts]
    con.execute("insert into invariant_results values (?, ?, ?, ?, ?)", values)
    return Judged(invariant, *counts)
