"""Made-up logs of any size, written by the engine in some seconds; the same ones every time."""

import subprocess
import sys
from pathlib import Path

DAY = "timestamp '2026-11-22'"


def deliveries(file: Path, rows: int) -> None:
    """A webhook delivery log (CSV): 1.2 % fail, and 42 % of one endpoint's from 14:12 to 17:30."""
    copy_query(
        file,
        f"""
        with made as (
            select i, i * 86400000 // {rows} as ms, (hash(i) >> 1)::bigint as h,
                (hash(i, 7) >> 1)::bigint as g from range({rows}) t(i)
        ), judged as (
            select *, (h % 1000 < 12 or (ms between 51120000 and 63000000 and g % 10 < 7
                and h % 100 < 42)) as failed from made
        )
        select strftime({DAY} + to_milliseconds(ms), '%Y-%m-%dT%H:%M:%S.%gZ') as timestamp,
            'evt_1Q' || lpad(to_hex(h), 16, '0') || i as event_id,
            ['invoice.paid', 'customer.updated', 'charge.succeeded', 'invoice.created',
             'payout.paid', 'customer.created', 'charge.failed'][1 + g % 7] as event_type,
            'https://api.example.com/webhooks/' || (g % 4) as endpoint,
            case when not failed then 200 else [400, 0, 500, 0][1 + h % 4] end as http_status,
            case when failed then 1 + h % 5 else 1 end as attempt,
            round(80 + h % 400 + g % 97 / 10, 1) as latency_ms,
            case when failed then ['signature_verification_failed: no match',
                'timeout after 20000ms', 'processing_error: relation "invoices" deadlock',
                'connection_refused'][1 + h % 4] end as error
        from judged order by i
        """,
        "format csv, header",
    )


def requests(file: Path, rows: int) -> None:
    """An API log (CSV) of 50 endpoints; a seventh of them 2.2 times as slow from 14:24 on."""
    copy_query(
        file,
        f"""
        with made as (
            select i, i * 86400000 // {rows} as ms, (hash(i) >> 1)::bigint as h,
                (hash(i, 3) % 50)::integer as e
            from range({rows}) t(i)
        )
        select strftime({DAY} + to_milliseconds(ms), '%Y-%m-%dT%H:%M:%S.%gZ') as timestamp,
            ['GET', 'POST', 'PUT'][1 + h % 3] as method, '/v1/resource-' || chr(97 + e // 10)
            || '/' || chr(97 + e % 10) as endpoint,
            case when h % 100 = 0 then 500 else 200 end as status,
            round((20 + e * 3 + (h % 1000) ** 2 / 9000.0)
                * if(ms > 51840000 and e % 7 = 0, 2.2, 1.0), 2) as duration_ms,
            120 + h % 40000 as bytes
        from made order by i
        """,
        "format csv, header",
    )


def accesses(file: Path, rows: int) -> None:
    """An access log in the combined format, with the time taken at the end of each line."""
    copy_query(
        file,
        f"""
        with made as (select i, i * 86400 // {rows} as s, (hash(i) >> 1)::bigint as h
            from range({rows}) t(i))
        select '10.0.' || (h % 250) || '.' || (h // 250 % 250) || ' - - ['
            || strftime({DAY} + to_seconds(s), '%d/%b/%Y:%H:%M:%S +0000') || '] "GET /v1/'
            || ['orders', 'users', 'carts', 'search'][1 + h % 4] || '/' || (h % 100000)
            || ' HTTP/1.1" ' || [200, 200, 200, 200, 200, 301, 404, 500][1 + h // 7 % 8] || ' '
            || (100 + h % 50000) || ' "-" "' || ['Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0',
            'curl/8.5.0', 'Stripe/1.0 (+https://stripe.com/docs/webhooks)'][1 + h % 3] || '" 0.'
            || lpad((h % 1000)::varchar, 3, '0') as line
        from made order by i
        """,
        "format csv, header false, quote '', delimiter '\x01'",
    )


def mixed_lines(file: Path, rows: int) -> None:
    """Lines of several programs in one file: plain, JSON, access, logfmt, stack traces."""
    copy_query(
        file,
        f"""
        with made as (select i, (hash(i) >> 1)::bigint as h, (hash(i, 5) % 1000000)::bigint as n,
            {DAY} + to_milliseconds(i * 86400000 // {rows}) as stamp from range({rows}) t(i))
        select case
            when h % 100 < 45 then strftime(stamp, '%Y-%m-%d %H:%M:%S,%g ')
                || ['INFO', 'INFO', 'INFO', 'WARN', 'ERROR'][1 + n % 5] || ' [worker-' || n % 16
                || '] com.acme.billing.Handler - ' || ['Processed event evt_' || to_hex(n) || ' in '
                || n % 900 || 'ms', 'cache miss key=sub:' || n || ' shard=' || n % 8,
                'Retrying job ' || n || ' attempt ' || n % 5, 'Connection to db-' || n % 4
                || '.internal:5432 timed out after ' || n % 30 || 's'][1 + n % 4]
            when h % 100 < 75 then '{{"ts":"' || strftime(stamp, '%Y-%m-%dT%H:%M:%S.%gZ')
                || '","level":"' || ['info', 'error'][1 + n % 2] || '","msg":"'
                || ['request completed', 'payment declined', 'upstream error'][1 + n % 3]
                || '","trace_id":"' || to_hex(h) || '"}}'
            when h % 100 < 90 then '10.0.' || n % 250 || '.9 - - ['
                || strftime(stamp, '%d/%b/%Y:%H:%M:%S +0000') || '] "POST /webhooks HTTP/1.1" '
                || [200, 400, 500][1 + n % 3] || ' ' || n % 999 || ' "-" "Stripe/1.0"'
            when h % 100 < 95 then 'java.lang.IllegalStateException: invoice ' || n || ' is final'
            else 'level=error ts=' || strftime(stamp, '%Y-%m-%dT%H:%M:%S.%gZ') || ' caller=hook.go:'
                || n % 99 || ' msg="delivery failed" id=' || n
        end as line from made order by i
        """,
        "format csv, header false, quote '', delimiter '\x01'",
    )


def copy_query(file: Path, query: str, options: str) -> None:
    """In a process of its own, whose memory is not counted as that of those measured later."""
    if not file.exists():
        copy = f"copy ({query}) to '{file}' ({options})"
        quiet = "set enable_progress_bar = false"
        work = f"import duckdb; duckdb.execute({quiet!r}); duckdb.execute({copy!r})"
        subprocess.run([sys.executable, "-c", work], check=True)
