"""Whether failures are of one job, worker or kind, or of many."""

from typing import Any

from runner.kit.quoting import identifier
from runner.model.frozen import frozen


@frozen
class Share:
    """How large a share of failures one value must have, of at least how many failures, and among
    how many values it must be found, so that "all of them" says something."""

    least: float
    failures: int
    choices: int = 2


def dominant(con: Any, source: str, failed: str, column: str, share: Share) -> Any:
    """The value of `column` that has that share of the failures of `source`, or None.

    `failed` is an SQL condition. Rows without a value do not count; of equals the first by order.
    """
    query = _MOST.format(column=identifier(column), source=identifier(source), failed=f"({failed})")
    what, most, failures, choices = con.execute(query).fetchall()[0]
    is_most = most >= max(share.failures, share.least * int(failures))
    return what if is_most and choices >= share.choices else None


_MOST = """
    with counts as (
        select {column} as what, count(*) filter {failed} as n
        from {source} where {column} is not null group by what
    )
    select first(what order by n desc, what), coalesce(max(n), 0), coalesce(sum(n), 0), count(*)
    from counts
"""
