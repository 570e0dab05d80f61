"""The commands that look at past decisions again: `replay` and `diff`."""

import sys
from typing import Annotated

import typer

from runner.cli.options import (
    EvidenceOption,
    JsonOption,
    LibraryOption,
    LimitsOption,
    RequireOption,
    RunArgument,
    SandboxOption,
    SecretsOption,
)


def add_audit_commands(app: typer.Typer) -> None:
    """Put these commands into the command line."""
    app.command(epilog="Example: runbook replay latest --edit 'step 3: Success Rate < 90%'")(replay)
    app.command(epilog="Example: runbook diff 20261122T150211 latest")(diff)


def replay(
    run_name: RunArgument = "latest",
    runbook: Annotated[
        str, typer.Option("--runbook", help="Decide by this text instead.", metavar="FILE")
    ] = "",
    edit: Annotated[
        str,
        typer.Option(
            "--edit", help="Decide with one condition in other words.", metavar="'STEP: CONDITION'"
        ),
    ] = "",
    last: Annotated[
        int | None, typer.Option("--last", help="This many of the newest runs.", min=1)
    ] = None,
    rerun_keys: Annotated[
        bool, typer.Option("--rerun-keys", help="Execute the KEYs again, and compare.")
    ] = False,
    sandbox: SandboxOption = None,
    require_sandbox: RequireOption = False,
    limits: LimitsOption = None,
    secrets: SecretsOption = None,
    as_json: JsonOption = False,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
) -> None:
    """Decide again from what a run recorded, without a kernel.

    By its own text every decision has to follow again; the first that does not is shown. By another
    text it shows what would have been decided. With --rerun-keys its KEYs, as they are now, are
    executed on its inputs and parameters, and what they give is compared. Exit 1 where anything
    differs.
    """
    from runner.cli.containment import Containment
    from runner.cli.replaying import ReplayOptions, replay_command

    options = ReplayOptions(
        run_name, runbook, edit, last, as_json, evidence_dir, library, rerun_keys,
        Containment.of_options(sandbox, require_sandbox, limits, secrets),
    )  # fmt: skip
    sys.exit(replay_command(options))


def diff(
    first: Annotated[str, typer.Argument(metavar="RUN_A", help="A run by id or a part of it.")],
    second: Annotated[str, typer.Argument(metavar="RUN_B", help="Another run.")],
    as_json: JsonOption = False,
    evidence_dir: EvidenceOption = None,
) -> None:
    """Show where two runs part, and the outputs that differ. Exit 1 where anything does."""
    from runner.cli.replaying import diff_command

    sys.exit(diff_command(first, second, as_json, evidence_dir))
