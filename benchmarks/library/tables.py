"""Made-up database exports of any size: two sides to reconcile, and a server log."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.library.data import DAY, copy_query

DIFFERENT = 1_000
"""Every thousandth row is missing on a side, and every thousandth has another value."""


def subscriptions(left: Path, right: Path, rows: int) -> None:
    """Two exports of the same subscriptions, eight columns beside the id, with differences."""
    made = f"""
        with made as (select i, (hash(i) >> 1)::bigint as h from range({rows}) t(i))
        select 'sub_1Q' || lpad(i::varchar, 9, '0') as id, 'cus_' || h % 900000 as customer,
            ['basic', 'team', 'scale'][1 + h % 3] as plan, 1 + h % 5 as quantity,
            ['usd', 'eur'][1 + h % 2] as currency, (500 + h % 90000) / 100.0 as amount,
            {{status}} as status,
            strftime({DAY} - to_minutes(h % 40000), '%Y-%m-%dT%H:%M:%SZ') as period_start,
            strftime({DAY} + to_minutes(h % 40000), '%Y-%m-%dT%H:%M:%SZ') as period_end
        from made where i % {DIFFERENT} <> {{gone}} order by {{order}}
    """
    state = "['active', 'active', 'past_due', 'canceled'][1 + h % 4]"
    other = f"case when i % {DIFFERENT} = 7 then 'unpaid' else {state} end"
    options = "format csv, header"
    copy_query(left, made.format(status=state, gone=3, order="i"), options)
    copy_query(right, made.format(status=other, gone=5, order="h"), options)


def server_log(file: Path, rows: int) -> None:
    """A PostgreSQL csvlog of 26 columns in which nine of ten entries tell a duration."""
    copy_query(
        file,
        f"""
        with made as (
            select i, (hash(i) >> 1)::bigint as h, (hash(i, 5) >> 1)::bigint as g,
                strftime({DAY} + to_milliseconds(i * 86400000 // {rows}), '%Y-%m-%d %H:%M:%S.%g')
                || ' UTC' as stamp from range({rows}) t(i)
        ), told as (
            select *, [
                'SELECT * FROM orders WHERE customer_id = ' || h % 100000 || ' LIMIT 20',
                'SELECT id FROM orders WHERE id IN (' || h % 999 || ', ' || g % 999 || ')',
                'UPDATE stock SET n = n - 1 WHERE sku = ''sku-' || h % 5000 || '''',
                'INSERT INTO events (kind, body) VALUES (''order'', ''' || g || ''')',
                'SELECT count(*) FROM orders WHERE at > ''2026-11-' || (1 + h % 28) || '''',
                'DELETE FROM carts WHERE id = ' || g % 100000
            ][1 + h % 6] as statement from made
        )
        select stamp, 'app', 'shop', (4000 + h % 40)::varchar, '10.0.0.7:5120', '6741.1',
            i::varchar, 'SELECT', stamp, '3/12', '0', if(g % 10 = 0, 'ERROR', 'LOG'),
            if(g % 10 = 0, '23505', '00000'), if(g % 10 = 0,
                'duplicate key value violates unique constraint "pk"',
                'duration: ' || (g % 90000) / 1000.0 || ' ms  statement: ' || statement),
            '', '', '', '', '', if(g % 10 = 0, statement, ''), '', '', 'web', 'client backend',
            '', '0'
        from told order by i
        """,
        "format csv, header false",
    )


def pgbadger_queries(report: Mapping[str, Any]) -> int:
    """How many executions pgbadger counted, from its report in JSON."""
    return int(report["overall_stat"]["queries_number"])
