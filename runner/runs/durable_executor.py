"""An executor whose results are on disk before they are on record."""

from runner.evidence.atomic import sync_tree
from runner.evidence.disk import or_evidence_lost
from runner.keys.executor import KeyExecutor, KeyOutcome, Order, Report


class DurableExecutor:
    """Executes by another executor, and makes durable what the execution left in the run folder.

    Kernels write tables and charts without a sync. A journal that speaks of a result must not
    outlive its files when the power fails.
    """

    def __init__(self, inner: KeyExecutor):
        self._inner = inner

    def execute(self, order: Order, report: Report) -> KeyOutcome:
        """Execute one KEY. Raises EvidenceLost where its files cannot be made durable."""
        outcome = self._inner.execute(order, report)
        attempt = order.run_folder / "keys" / str(order.invocation) / f"attempt-{order.attempt}"
        if attempt.is_dir():
            with or_evidence_lost(f"keep the files of {order.invocation}"):
                sync_tree(attempt, order.run_folder)
        return outcome

    def stop(self) -> None:
        """Pass it on."""
        self._inner.stop()

    def prepare(self, expected: int = 1) -> None:
        """Pass it on."""
        self._inner.prepare(expected)
