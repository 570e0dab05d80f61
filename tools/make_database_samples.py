# ruff: noqa: S311, S608 - the samples must come out the same every time
"""Writes the sample logs of the database KEYs, and the outputs they must give.

The expected outputs are computed here from how the entries were made, by plain Python. Run from the
root of the repository as `python -m tools.make_database_samples`.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tools.sample_files import onset, quantile, table, write_case, write_csv, write_text

QUERIES, OVERVIEW = "database-query-analysis", "database-analysis"
START = datetime(2026, 11, 22, 10, tzinfo=UTC)
TEMPLATES = (
    # statement, its fingerprint, usual milliseconds, weight
    (
        "SELECT * FROM orders WHERE customer_id = {n} ORDER BY created_at DESC LIMIT 20",
        "select * from orders where customer_id = ? order by created_at desc limit ?",
        8,
        30,
    ),
    (
        "SELECT id, status FROM orders WHERE id IN ({n}, {m}, 7)",
        "select id, status from orders where id in (?+)",
        2,
        40,
    ),
    (
        "UPDATE inventory SET reserved = reserved + 1 WHERE sku = 'sku-{n}'",
        "update inventory set reserved = reserved + ? where sku = ?",
        5,
        15,
    ),
    (
        "INSERT INTO events (kind, body) VALUES ('order', '{{\"id\": {n}}}')",
        "insert into events(kind, body) values (?+)",
        1,
        10,
    ),
    (
        "SELECT count(*) FROM orders WHERE created_at > now() - interval '{m} days'",
        "select count(*) from orders where created_at > now() - interval ?",
        180,
        5,
    ),
)
DAMAGED = TEMPLATES[0]


@dataclass
class Server:
    """A server log in the making: its random source, its entries, and what was put in."""

    rng: random.Random
    rows: list[tuple[datetime, list[str]]] = field(default_factory=list)
    runs: list[tuple[datetime, str, Decimal]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def entry(self, at: datetime, severity: str, message: str, **more: str) -> None:
        """One entry of a csvlog of 26 columns."""
        stamp = at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03d} UTC"
        process = more.get("process", str(4000 + self.rng.randrange(40)))
        client = more.get("backend", "client backend") == "client backend"
        user, database = ("app", "shop") if client else ("", "")
        cells = [stamp, user, database, process, "10.0.0.7:5120" if client else ""]
        cells += [f"6741.{process}", str(len(self.rows) + 1), "", stamp, "", "0", severity]
        cells += [more.get("code", "00000"), message, more.get("detail", ""), "", "", "", ""]
        cells += [more.get("statement", ""), "", "", "shop-web" if client else ""]
        cells += [more.get("backend", "client backend"), "", "0"]
        self.rows.append((at, cells))

    def execution(self, at: datetime, slower: int = 1) -> None:
        """One timed statement; the damaged query takes `slower` times as long."""
        weights = [template[3] for template in TEMPLATES]
        text, shape, usual, _ = self.rng.choices(TEMPLATES, weights)[0]
        factor = slower if shape == DAMAGED[1] else 1
        took = Decimal(round(self.rng.lognormvariate(0, 0.4) * usual * factor, 3)).quantize(
            Decimal("0.001")
        )
        statement = text.format(n=self.rng.randrange(10_000), m=self.rng.randrange(1, 30))
        self.entry(at, "LOG", f"duration: {took} ms  statement: {statement}")
        self.runs.append((at, shape, took))

    def traffic(self, minutes: range, each: int, slower: int = 1) -> None:
        """`each` statements a minute."""
        for minute in minutes:
            for _ in range(each):
                self.execution(self.within(minute), slower)

    def within(self, minute: int) -> datetime:
        """A moment of that minute, to the millisecond."""
        return START + timedelta(minutes=minute, milliseconds=self.rng.randrange(60_000))

    def csvlog(self) -> list[list[str]]:
        """The rows in the order of time."""
        return [cells for _, cells in sorted(self.rows, key=lambda row: row[0])]


def slow_after_release() -> Server:
    """Two hours; from 11:10 on the orders of a customer take 250 times as long."""
    server = Server(random.Random(20261122))
    server.traffic(range(70), 6)
    server.traffic(range(70, 120), 6, slower=250)
    _trouble(server)
    return server


def quiet_hour() -> Server:
    """One hour in which nothing is wrong."""
    server = Server(random.Random(20261123))
    server.traffic(range(60), 5)
    for minute in (5, 35):
        _checkpoint(server, minute, "time")
    return server


def _trouble(server: Server) -> None:
    """Locks, errors, refused connections, temporary files and upkeep around the slow hour."""
    for minute in (75, 82, 97):
        server.entry(
            server.within(minute), "LOG",
            f"process 4{minute} still waiting for ShareLock on transaction {minute} after "
            f"1000.{minute} ms", statement="UPDATE inventory SET reserved = 0 WHERE sku = 'sku-1'",
        )  # fmt: skip
        server.notes["lock_waits"] += 1
    server.entry(
        server.within(98), "ERROR", "deadlock detected", code="40P01",
        detail="Process 4012 waits for ShareLock on transaction 5; blocked by process 4013.",
        statement="UPDATE inventory SET reserved = 0 WHERE sku = 'sku-2'",
    )  # fmt: skip
    server.notes.update(deadlocks=1, errors=1)
    for minute in (90, 91, 91, 92):
        server.entry(
            server.within(minute), "FATAL", "sorry, too many clients already", code="53300"
        )
        server.notes.update(refused_connections=1, errors=1)
    for number in range(6):
        server.entry(
            server.within(20 + number), "ERROR", code="23505",
            message='duplicate key value violates unique constraint "events_pkey"',
            statement=f"INSERT INTO events (id) VALUES ({number})",
        )  # fmt: skip
        server.notes.update(errors=1)
    for minute, size in ((72, 12_582_912), (88, 25_165_824)):
        message = f'temporary file: path "base/pgsql_tmp/pgsql_tmp{minute}.0", size {size}'
        server.entry(server.within(minute), "LOG", message)
        server.notes.update(temp_files=1, temp_bytes=size)
    for minute, cause in ((10, "time"), (40, "time"), (85, "wal"), (86, "wal")):
        _checkpoint(server, minute, cause)
    for minute in (30, 95):
        server.entry(
            server.within(minute), "LOG",
            'automatic vacuum of table "shop.public.orders": index scans: 1\n'
            "pages: 0 removed, 5120 remain, 512 scanned (10.00% of total)\n"
            f"system usage: CPU: user: 0.{minute} s, system: 0.10 s, elapsed: {minute}.25 s",
            backend="autovacuum worker",
        )  # fmt: skip
        server.notes["vacuums"] += 1


def _checkpoint(server: Server, minute: int, cause: str) -> None:
    at = server.within(minute)
    server.entry(at, "LOG", f"checkpoint starting: {cause}", backend="checkpointer")
    server.notes["checkpoints"] += 1
    server.notes["forced_checkpoints"] += cause == "wal"


def query_outputs(runs: list[tuple[datetime, str, Decimal]], slow_ms: int) -> dict[str, object]:
    """What database-query-analysis must say of these executions."""
    total = sum((took for _, _, took in runs), Decimal(0))
    by_shape: dict[str, list[Decimal]] = {}
    for _, shape, took in runs:
        by_shape.setdefault(shape, []).append(took)
    sums = {shape: sum(took, Decimal(0)) for shape, took in by_shape.items()}
    means = {shape: sums[shape] / len(took) for shape, took in by_shape.items()}
    top = min(sums, key=lambda shape: (-sums[shape], shape))
    began = onset((at, took >= slow_ms) for at, _, took in runs)
    before = quantile((took for at, _, took in runs if began and at < began), Decimal("0.95"))
    after = quantile((took for at, _, took in runs if began and at >= began), Decimal("0.95"))
    ratio = after / before if before and after else None
    slow = sum(took >= slow_ms for _, _, took in runs)
    shown = sorted(sums, key=lambda shape: (-sums[shape], shape))
    return {
        "executions": len(runs),
        "distinct_queries": len(sums),
        "slow_queries": slow,
        "slow_share": slow / len(runs),
        "slow_patterns": sum(mean >= slow_ms for mean in means.values()),
        "total_time": total / 1000,
        "mean_duration": round(total / len(runs) / 1000, 6),
        "p95_duration": round(quantile((r[2] for r in runs), Decimal("0.95")) / 1000, 6),
        "longest_duration": max(took for _, _, took in runs) / 1000,
        "top_query": top,
        "top_query_share": float(sums[top] / total),
        "one_query_dominates": sums[top] * 2 >= total,
        "slowest_query": min(means, key=lambda shape: (-means[shape], shape)),
        "slow_began_at": began,
        "p95_ratio": None if ratio is None else round(ratio, 3),
        "degraded": ratio is not None and ratio >= Decimal("1.5"),
        "query_report": table(
            ("fingerprint", "calls"), [(shape, len(by_shape[shape])) for shape in shown]
        ),
    }


def overview_outputs(server: Server) -> dict[str, object]:
    """What database-analysis must say of a log."""
    counts = ("lock_waits", "deadlocks", "refused_connections", "temp_files", "errors")
    counts += ("checkpoints", "forced_checkpoints", "vacuums")
    return {
        "entries": len(server.rows),
        **{name: server.notes[name] for name in counts},
        "temp_bytes": server.notes["temp_bytes"],
    }


def write_statistics() -> None:
    """`pg_stat_statements` of version 13 and later: totals exact, single executions unknown."""
    rng = random.Random(20261124)
    columns = ("userid", "dbid", "queryid", "query", "calls", "total_exec_time")
    columns += ("min_exec_time", "max_exec_time", "mean_exec_time", "stddev_exec_time", "rows")
    rows, totals = [], {}
    for text, shape, usual, weight in TEMPLATES:
        statement = text.format(n="$1", m="$2").replace("'sku-$1'", "$1")
        calls = weight * 1000
        mean = Decimal(usual * 40 if shape == DAMAGED[1] else usual) + Decimal("0.125")
        total = mean * calls
        totals[shape] = total
        most, least = mean * 9, mean / 4
        number = rng.randrange(-(2**63), 2**63)
        rows.append((10, 5, number, statement, calls, total, least, most, mean, 1, calls * 3))
    write_csv(QUERIES, "pg-stat-statements.csv", columns, rows)
    top = max(totals, key=lambda shape: totals[shape])
    write_case(
        QUERIES,
        "pg-stat-statements",
        outputs={
            "executions": sum(row[4] for row in rows),
            "distinct_queries": len(rows),
            "slow_queries": None,
            "p95_duration": None,
            "degraded": None,
            "slow_patterns": 0,
            "total_time": sum(totals.values()) / 1000,
            "longest_duration": max(row[7] for row in rows) / 1000,
            "top_query": top,
            "top_query_share": float(totals[top] / sum(totals.values())),
            "one_query_dominates": True,
        },
        data_from=None,
        data_to=None,
    )


def write_slow_log() -> None:
    """A MySQL slow log in which one query is nearly all of it."""
    rng = random.Random(20261125)
    runs: list[tuple[datetime, str, Decimal]] = []
    lines = ["/usr/sbin/mysqld, Version: 8.0.36 (MySQL Community Server - GPL). started with:"]
    lines += ["Tcp port: 3306  Unix socket: /var/run/mysqld/mysqld.sock"]
    lines += ["Time                 Id Command    Argument"]
    for number in range(120):
        at = START + timedelta(seconds=30 * number)
        is_report = rng.random() < 0.2
        took = Decimal(round(rng.uniform(6, 12) if is_report else rng.uniform(1, 2), 6))
        took = took.quantize(Decimal("0.000001"))
        sql, shape = (
            (f'SELECT `sku`, SUM(qty) FROM sales WHERE day = "2026-11-{number % 28 + 1:02d}" '
             "GROUP BY sku", "select sku, sum(qty) from sales where day = ? group by sku")
            if is_report
            else (f"SELECT * FROM carts WHERE id = {number}", "select * from carts where id = ?")
        )  # fmt: skip
        lines += [f"# Time: {at:%Y-%m-%dT%H:%M:%S}.000000Z"]
        lines += [f"# User@Host: app[app] @ web1 [10.0.0.7]  Id: {400 + number % 9:5d}"]
        lines += [f"# Query_time: {took}  Lock_time: 0.000012 Rows_sent: 1  Rows_examined: 90000"]
        lines += ["use shop;"] if number % 10 == 0 else []
        lines += [f"SET timestamp={int(at.timestamp())};", f"{sql};"]
        runs.append((at, shape, took * 1000))
    write_text(QUERIES, "mysql-slow.log", "\n".join(lines) + "\n")
    outputs = query_outputs(runs, 5000)
    write_case(
        QUERIES,
        "mysql-slow",
        parameters={"slow_ms": 5000},
        outputs=outputs,
        data_from=runs[0][0],
        data_to=runs[-1][0],
    )


def main() -> None:
    """Write every sample with its expected outputs."""
    for name, server in (
        ("slow-after-release", slow_after_release()),
        ("quiet-hour", quiet_hour()),
    ):
        rows = server.csvlog()
        for slug in (QUERIES, OVERVIEW):
            write_csv(slug, f"{name}.csv", (), rows)
        bounds = {"data_from": min(server.rows)[0], "data_to": max(server.rows)[0]}
        outputs = query_outputs(server.runs, 1000)
        write_case(QUERIES, name, outputs=outputs, **bounds)
        write_case(OVERVIEW, name, outputs=overview_outputs(server), **bounds)
    write_statistics()
    write_slow_log()


if __name__ == "__main__":
    main()
