# ruff: noqa: S608 - names pass through `quoting`; `kind` and `where` are the notebook's own SQL
"""How many records there are over time, by kind: what a chart of stacked bars shows."""

from typing import Any

from runner.kit.quoting import identifier, literal


def counts_over_time(
    con: Any, source: str, step: str | int, kind: str, count: str, where: str
) -> Any:
    """The relation of step, kind and number of the records of `source`, in this order.

    `step` is `minute`, `hour` or `day`, which is also the name of the first column, or a number of
    minutes, which is called `time`. `kind` is a column, or an SQL expression with `as` its name.
    """
    begun = f"date_trunc({literal(str(step))}, timestamp) as {identifier(str(step))}"
    if isinstance(step, int):
        begun = f"time_bucket(to_minutes({step}), timestamp) as time"
    return con.sql(
        f"select {begun}, {kind}, count(*) as {identifier(count)} from {identifier(source)} "
        f"where {where} group by 1, 2 order by 1, 2"
    )
