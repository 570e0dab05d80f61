"""The commands about evidence itself: `evidence verify`, `export`, `checkpoint` and `prune`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from runner.cli.options import EvidenceOption, RunArgument

evidence = typer.Typer(
    name="evidence",
    help="Check the evidence of past runs, hand it on, and remove what is old.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
PublicKeyOption = Annotated[
    Path | None,
    typer.Option("--public-key", help="Signed with this key, in PEM.", metavar="FILE"),
]


@evidence.command(epilog="Example: runbook evidence verify latest --public-key public-key.pem")
def verify(
    run_name: Annotated[
        str, typer.Argument(metavar="[RUN|ARCHIVE]", help="A run, or an exported archive.")
    ] = "latest",
    all_: Annotated[
        bool, typer.Option("--all", help="Every run, and the log of the store.")
    ] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", help="The store, against this checkpoint.", metavar="FILE"),
    ] = None,
    public_key: PublicKeyOption = None,
    evidence_dir: EvidenceOption = None,
) -> None:
    """Name everything in evidence that is not as it was sealed; exit 20 where anything is."""
    from runner.cli import proving

    if all_ or checkpoint:
        sys.exit(proving.verify_store_command(all_, checkpoint, public_key, evidence_dir))
    sys.exit(proving.verify_command(run_name, public_key, evidence_dir))


@evidence.command(epilog="Example: runbook evidence export latest -o incident-4711.tar.gz")
def export(
    run_name: RunArgument = "latest",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Default: the run's id and .tar.gz, here."),
    ] = None,
    evidence_dir: EvidenceOption = None,
) -> None:
    """Write a sealed run as one archive that verifies on its own."""
    from runner.cli.proving import export_command

    sys.exit(export_command(run_name, output, evidence_dir))


@evidence.command(epilog="Example: runbook evidence checkpoint > checkpoint.txt")
def checkpoint(evidence_dir: EvidenceOption = None) -> None:
    """Print three lines for a ticket, against which the whole store can be checked later."""
    from runner.cli.proving import checkpoint_command

    sys.exit(checkpoint_command(evidence_dir))


@evidence.command(epilog="Example: runbook evidence prune --older-than 400 --yes")
def prune(
    older_than: Annotated[
        float | None, typer.Option("--older-than", help="Days.", min=0, metavar="DAYS")
    ] = None,
    max_size: Annotated[
        float | None,
        typer.Option("--max-size", help="Keep the newest up to this size.", min=0, metavar="GB"),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Remove them; without it they are listed.")
    ] = False,
    evidence_dir: EvidenceOption = None,
) -> None:
    """Remove old runs; what stays still verifies, and what went is on record."""
    from runner.cli.proving import prune_command

    sys.exit(prune_command(older_than, max_size, yes, evidence_dir))
