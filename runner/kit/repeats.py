# ruff: noqa: S608 - every name in the SQL passes through `quoting`
"""What occurs more than once in a table of any length."""

from typing import Any

from runner.kit.quoting import identifier


def make_repeats(con: Any, source: str, columns: tuple[str, ...], name: str) -> None:
    """Make the view `name`: the `columns` that several rows of `source` share, and the `times`.

    Rows are grouped by a number that is the same for equal values first, which takes a quarter of
    the memory; only rows whose number occurs again are compared by their values.
    """
    key, rows = ", ".join(map(identifier, columns)), f"select * from {identifier(source)}"
    number = f"hash({key})"
    con.execute(
        f"create or replace temp view {identifier(name)} as select {key}, count(*) as times "
        f"from ({rows}) where {number} in (select {number} as number from ({rows}) "
        f"group by number having count(*) > 1) group by {key} having times > 1"
    )
