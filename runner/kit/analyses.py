"""The analyses that several KEYs share, as methods of the open KEY, loaded when they are used."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.kit.drift import ColumnDrift
    from runner.kit.latency import Latency
    from runner.kit.reconciling import Reconciled


class Analyses:
    """What can be asked of tables and views by name. `connection` is the engine's."""

    connection: Any

    def reconcile(
        self, left: str, right: str, *, timezone: str = "UTC", **rules: Any
    ) -> "Reconciled":
        """Compare two tables or views; `rules` are those of `kit.pairing.Rules`, as text.

        Afterwards `differing` and `differences` can be asked. Raises KitMisuse for a wrong name.
        """
        from runner.kit.pairing import Rules
        from runner.kit.reconciling import reconcile

        return reconcile(self.connection, left, right, Rules.of(**rules), timezone)

    def fingerprint(self, source: str, name: str) -> int:
        """Make the view `name`: `source` with the `fingerprint` of each SQL `statement`.

        `source` also has the columns `dialect` and `query_id`. Gives the number of fingerprints.
        """
        from runner.kit.query_shapes import add_fingerprints

        return add_fingerprints(self.connection, source, name)

    def typed(self, source: str, name: str, timezone: str = "UTC") -> None:
        """Make the view `name`: a table of any columns, with numbers, times and flags as such."""
        from runner.kit.column_kinds import typed_view

        typed_view(self.connection, source, name, timezone)

    def drift(self, before: str, now: str, timezone: str = "UTC") -> "tuple[ColumnDrift, ...]":
        """How the values of each column that both tables have are distributed, then and now."""
        from runner.kit.drift import column_drifts

        return column_drifts(self.connection, before, now, timezone)

    def cluster(self, source: str, text: str, name: str) -> int:
        """Make the table `name`: `source` with the `pattern` of each text in the column `text`.

        Gives the number of patterns.
        """
        from runner.kit.patterns import cluster

        return cluster(self.connection, source, text, name)

    def repeats(self, source: str, columns: tuple[str, ...], name: str) -> None:
        """Make the view `name`: `columns` that several rows of `source` share, and the `times`."""
        from runner.kit.repeats import make_repeats

        make_repeats(self.connection, source, columns, name)

    def calls(self, source: str, name: str) -> None:
        """Make the table `name` of calls between services, out of spans or edges."""
        from runner.kit.call_graph import make_calls

        make_calls(self.connection, source, name)

    def dependents(self, calls: str, name: str) -> None:
        """Make the table `name`: `of` each service, every `service` that calls it, and how far."""
        from runner.kit.call_graph import make_dependents

        make_dependents(self.connection, calls, name)

    def suspects(self, calls: str, began: datetime | None, name: str) -> None:
        """Make the table `name`: each service before and after, with its `suspicion`."""
        from runner.kit.call_graph import make_suspects

        make_suspects(self.connection, calls, began, name)

    def actors(self, source: str, name: str, many_failures: int) -> None:
        """Make the table `name`: each actor of audit events, the most conspicuous first."""
        from runner.kit.actors import make_actors

        make_actors(self.connection, source, name, many_failures)

    def silences(self, source: str, least_minutes: float | None = None) -> Any:
        """The relation of the times in which `source`, by `timestamp`, has no records."""
        from runner.kit.actors import silences

        return silences(self.connection, source, least_minutes)

    def days(self, source: str, name: str) -> None:
        """Make the table `name`: the `amount` of each whole `day` and `name` of `source`."""
        from runner.kit.daily_amounts import make_days

        make_days(self.connection, source, name)

    def odd_days(self, days: str, **limits: float) -> list[dict[str, Any]]:
        """The days of a table of `days` that are out of line for their name, the worst first."""
        from runner.kit.daily_amounts import odd_days_by_name

        return odd_days_by_name(self.connection, days, **limits)

    def latency(self, source: str, *, least_effect: float, least_count: int) -> "Latency":
        """How the durations `ms` of `source` went, by `timestamp`; it also has a flag `failed`.

        Makes the table `series` (quantiles by bucket), the views `by_time` (the same as a report)
        and `quantiles` (a row each), and `phases` (before, during and after a degradation).
        """
        from runner.kit.latency import latency

        return latency(self.connection, source, least_effect, least_count)

    def counts(
        self, source: str, step: str | int, kind: str, count: str, where: str = "true"
    ) -> Any:
        """The relation of how many records of `source` there are by `step` of time and by `kind`.

        `step` is `minute`, `hour`, `day` (the name of the first column) or a number of minutes
        (called `time`); `kind` is a column or `… as name`; the number is called `count`.
        """
        from runner.kit.counts import counts_over_time

        return counts_over_time(self.connection, source, step, kind, count, where)

    def dominant(
        self, source: str, failed: str, column: str, *, share: float, least: int, choices: int = 2
    ) -> Any:
        """The value of `column` that `share` of the failures of `source` have, or None.

        `failed` is an SQL condition. There must be `least` such failures, and `choices` values.
        """
        from runner.kit.concentration import Share, dominant

        return dominant(self.connection, source, failed, column, Share(share, least, choices))

    def onset(self, source: str, failed: str) -> datetime | None:
        """The minute from which on records of `source`, by `timestamp`, fail more than before.

        `failed` is an SQL condition. None where failures are scattered, or there are none.
        """
        from runner.kit.onset import onset

        return onset(self.connection, source, failed)
