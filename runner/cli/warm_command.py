"""The words and options of `runbook warm`; what it does stands in `warm`."""

import sys
from typing import Annotated

import typer


def add_warm_command(app: typer.Typer) -> None:
    """Add the command to the others."""
    app.command(epilog="Example: runbook warm --status")(warm)


def warm(
    status: Annotated[bool, typer.Option("--status", help="Say what it does.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Let it end.")] = False,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Be it, for systemd and for trying.")
    ] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print the units of a user.")] = False,
    idle: Annotated[
        float | None,
        typer.Option("--idle", help="Minutes without a run after which it ends: 30.", min=0.01),
    ] = None,
    spares: Annotated[
        int | None, typer.Option("--spares", help="Kernels kept booted: 1.", min=0)
    ] = None,
) -> None:
    """Keep a process warm that does runs at once: booted kernels, everything imported.

    `runbook run` and `verify` use it when it is there and nothing speaks against it.
    """
    from runner.cli.warm import (
        serve_command,
        settled,
        status_command,
        stop_command,
        units_command,
        warm_command,
    )

    if status:
        sys.exit(status_command())
    if stop:
        sys.exit(stop_command())
    if systemd:
        sys.exit(units_command())
    sys.exit((serve_command if foreground else warm_command)(*settled(idle, spares)))
