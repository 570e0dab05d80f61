"""Since when things fail: the minute in which a failing regime begins."""

from datetime import datetime
from typing import Any

from runner.kit.quoting import identifier


def onset(con: Any, source: str, failed: str) -> datetime | None:
    """The UTC minute, without a zone, from which on records of `source` fail more than before.

    `source` has a column `timestamp`; `failed` is an SQL condition over it. Minute by minute the
    failures in excess of the mean rate are added up: where that sum is lowest, the regime begins,
    if the sum moves more than scattered failures would (Kuiper's test at 1 %). Without such a turn,
    failures that make up 5 % or more were there from the first one on; fewer have no beginning.
    """
    found = con.execute(_ONSET.format(source=identifier(source), failed=failed)).fetchall()
    began: datetime | None = found[0][0]
    return began


_ONSET = """
    with minutes as (
        select date_trunc('minute', timestamp) as minute, count(*)::hugeint as tried,
            (count(*) filter ({failed}))::hugeint as failed
        from {source} where timestamp is not null group by minute
    ), excess as (
        select minute, failed, sum(tried) over () as all_tried, sum(failed) over () as all_failed,
            sum(failed) over (order by minute) * sum(tried) over ()
                - sum(tried) over (order by minute) * sum(failed) over () as excess
        from minutes
    ), turn as (
        select least(min(excess), 0) as low, greatest(max(excess), 0) as high,
            case when min(excess) < 0 then arg_min(minute, excess) end as lowest,
            min(minute) filter (failed > 0) as first_failing,
            any_value(all_tried) as tried, any_value(all_failed) as failed
        from excess
    )
    select case
        when (high - low) ** 2 > 4.0 * tried * failed * (tried - failed) then
            (select min(minute) from excess
            where failed > 0 and (turn.lowest is null or minute > turn.lowest))
        when failed * 20 >= tried then first_failing
    end from turn
"""
