# ruff: noqa: S311 - the samples must come out the same every time
"""Writes the sample job logs, and the outputs they must give.

Run from the root of the repository as `python -m tools.make_job_samples`.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tools.sample_files import onset, write_case, write_csv

SLUG = "job-failure-analysis"
DAY = datetime(2026, 11, 22, tzinfo=UTC)
COLUMNS = ("started_at", "finished_at", "job", "job_id", "state", "attempt", "max_attempts")
COLUMNS += ("queue", "worker", "error")
JOBS = ("SendReceipt", "SyncInventory", "BuildInvoice", "ExportLedger")
ERRORS = {
    "timeout": "Timeout: no answer from smtp.example.com after 30 s",
    "connection": "ConnectionRefused: connect to smtp.example.com:587 refused",
    "data": "ValidationError: address of customer {n} is malformed",
    "rate limit": "HTTP 429 Too Many Requests",
    "code": "NullPointerException at Invoice.line({n})",
}


@dataclass
class Log:
    """A job log in the making, with how each run ended."""

    rng: random.Random
    rows: list[tuple[datetime, list[object]]] = field(default_factory=list)
    endings: list[tuple[datetime, str, str, str]] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)

    def job(self, at: datetime, job: str, kinds: tuple[str, ...]) -> None:
        """A job whose attempts fail by these kinds, one after another, and then succeed.

        Three failures use up its attempts.
        """
        number = len({row[1][3] for row in self.rows})
        for attempt, kind in enumerate((*kinds, "")[:3], 1):
            begun = at + timedelta(minutes=10 * (attempt - 1))
            ended = begun + timedelta(seconds=self.rng.randrange(1, 40))
            error = ERRORS[kind].format(n=number) if kind else ""
            state = "failed" if kind else "completed"
            stamps = [f"{t:%Y-%m-%dT%H:%M:%SZ}" for t in (begun, ended)]
            worker = f"worker-{self.rng.randrange(1, 4)}"
            cells = [*stamps, job, f"job-{number:04d}", state, attempt, 3, "default", worker]
            self.rows.append((begun, [*cells, error]))
            self.endings.append((begun, job, kind, f"job-{number:04d}"))
        if len(kinds) >= 3:
            self.lost[kinds[2]] += 1

    def at(self, hour: float) -> datetime:
        """A second of the day."""
        return DAY + timedelta(seconds=int(hour * 3600))

    def quiet(self, count: int, since: float, until: float) -> None:
        """Jobs that succeed, one of sixty on its second attempt."""
        for _ in range(count):
            kinds = ("timeout",) if self.rng.random() < 1 / 60 else ()
            at = self.at(self.rng.uniform(since, until))
            self.job(at, self.rng.choice(JOBS), kinds)


def mail_outage() -> Log:
    """From 13:00 to 16:00 no mail goes out; some customers have a malformed address as well."""
    log = Log(random.Random(20261122))
    log.quiet(420, 0, 20)
    for _ in range(60):
        kind = log.rng.choice(("timeout", "connection"))
        times = log.rng.choice((1, 3, 3))
        log.job(log.at(log.rng.uniform(13, 16)), "SendReceipt", (kind,) * times)
    for _ in range(8):
        log.job(log.at(log.rng.uniform(13, 16)), "SendReceipt", ("data",) * 3)
    return log


def quiet_day() -> Log:
    """A day on which everything succeeds in the end."""
    log = Log(random.Random(20261123))
    log.quiet(300, 0, 23)
    return log


def outputs(log: Log) -> dict[str, object]:
    """What the KEY must say, from how each run ended."""
    failed = [one for one in log.endings if one[2]]
    kinds = Counter(kind for _, _, kind, _ in failed)
    jobs = Counter(job for _, job, _, _ in failed)
    replayable = log.lost["timeout"] + log.lost["connection"] + log.lost["rate limit"]
    began = onset((at, bool(kind)) for at, _, kind, _ in log.endings)
    top = max(jobs.values(), default=0)
    return {
        "runs": len(log.endings),
        "ended_runs": len(log.endings),
        "failed_runs": len(failed),
        "failure_rate": len(failed) / len(log.endings),
        "success_rate": 1 - len(failed) / len(log.endings),
        "worst_job": min(jobs, key=lambda job: (-jobs[job], job)) if jobs else None,
        "failures_began_at": began,
        "timeout_failures": kinds["timeout"],
        "connection_failures": kinds["connection"],
        "data_failures": kinds["data"],
        "code_failures": kinds["code"],
        "other_failures": 0,
        "pattern_found": began is not None and top >= 0.8 * len(failed),
        "lost_jobs": log.lost.total(),
        "exhausted_jobs": log.lost.total(),
        "replayable_jobs": replayable,
        "jobs_to_mend": log.lost.total() - replayable,
        "done_twice": 0,
        "stuck_runs": 0,
    }


def main() -> None:
    """Write every sample with its expected outputs."""
    for name, log in (("mail-outage", mail_outage()), ("quiet-day", quiet_day())):
        rows = [cells for _, cells in sorted(log.rows, key=lambda row: (row[0], str(row[1][3])))]
        write_csv(SLUG, f"{name}.csv", COLUMNS, rows)
        bounds = {"data_from": min(log.rows)[0], "data_to": max(log.rows)[0]}
        found = outputs(log)
        if name == "quiet-day":
            found |= {"failure_pattern": "none"}
        write_case(SLUG, name, outputs=found, **bounds)
    unheard = [("2026-11-22T10:00:00Z", "", "SendReceipt", "job-1", "running", 1, 3, "", "w", "")]
    unheard += [("2026-11-22T12:00:00Z", "", "SendReceipt", "job-2", "queued", 1, 3, "", "w", "")]
    write_csv(SLUG, "stuck.csv", COLUMNS, unheard)
    undefined = ("failure_rate", "success_rate", "failure_pattern", "pattern_found", "worst_job")
    none = {"runs": 2, "ended_runs": 0, "failed_runs": 0, "stuck_runs": 1}
    write_case(SLUG, "stuck", outputs={**none, **dict.fromkeys(undefined)})


if __name__ == "__main__":
    main()
