"""One KEY through the executor in a fresh process, without runbook, journal and report.

python -m benchmarks.direct LIBRARY KEY RUN_FOLDER [INPUT=FILE]
"""

import sys
from pathlib import Path


def main(library: str, key: str, run_folder: str, *given: str) -> int:
    """Execute; 0 where the KEY kept its contract."""
    from runner.keys.papermill_executor import PapermillExecutor

    executor = PapermillExecutor()
    executor.prepare()
    from runner.keys.catalog import Library
    from runner.keys.executor import Order
    from runner.keys.inputs import check_input, stage_input
    from runner.model.identity import InvocationId, KeyName, PlaceKind, StepId
    from runner.model.results import KeyResult

    installed = Library((Path(library),)).key(KeyName(key))
    assert installed is not None
    folder = Path(run_folder)
    folder.mkdir(parents=True)
    staged = []
    for name, origin in (one.split("=", 1) for one in given):
        declared = installed.contract.input(name)
        assert declared is not None
        staged.append(stage_input(name, Path(origin), folder))
        check_input(declared, folder / staged[-1].file)
    invocation = InvocationId(StepId(PlaceKind.STEP, "1"), 1, 1)
    limits = installed.contract.limits
    order = Order(invocation, 1, installed, tuple(staged), (), folder, limits)
    outcome = executor.execute(order, lambda progress: None)
    if not isinstance(outcome, KeyResult):
        print(outcome)
    return 0 if isinstance(outcome, KeyResult) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
