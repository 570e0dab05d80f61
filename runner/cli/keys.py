"""The commands that look at, execute and test KEYs by themselves."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from runner.cli.author_commands import new_key
from runner.cli.options import (
    InputsOption,
    JsonOption,
    LibraryOption,
    LimitsOption,
    ParametersOption,
    RequireOption,
    SandboxOption,
    SecretsOption,
)

KeyArgument = Annotated[str, typer.Argument(help="A KEY, with or without `jupyter-`.")]

keys = typer.Typer(
    name="keys",
    help="Look at, execute, test and begin KEYs.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@keys.command("list")
def list_(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """List the KEYs that are found, with what they answer."""
    from runner.cli.key_views import list_keys_command

    sys.exit(list_keys_command(as_json, library))


@keys.command(epilog="Example: runbook keys show webhook-event-analysis")
def show(name: KeyArgument, as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """Show a KEY: its questions, inputs, parameters, outputs and samples."""
    from runner.cli.key_views import show_key_command

    sys.exit(show_key_command(name, as_json, library))


@keys.command(epilog="Example: runbook keys run log-analysis -i app.log --output results")
def run(
    context: typer.Context,
    name: KeyArgument,
    inputs: InputsOption = None,
    parameters: ParametersOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A new folder for notebook, tables and charts."),
    ] = None,
    sandbox: SandboxOption = None,
    require_sandbox: RequireOption = False,
    limits: LimitsOption = None,
    secrets: SecretsOption = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Execute a KEY by itself and print what it found; no runbook, no evidence."""
    from runner.cli.containment import Containment
    from runner.cli.key_running import KeyRunOptions, run_key_command

    containment = Containment.of_options(sandbox, require_sandbox, limits, secrets)
    given = (tuple(inputs or ()), tuple(parameters or ()))
    options = KeyRunOptions(name, *given, output, as_json, library, containment)
    sys.exit(run_key_command(options, context.obj))


@keys.command("test", epilog="Example: runbook keys test webhook-event-analysis")
def check(
    names: Annotated[list[str] | None, typer.Argument(help="KEYs; all without any.")] = None,
    sandbox: SandboxOption = None,
    require_sandbox: RequireOption = False,
    limits: LimitsOption = None,
    library: LibraryOption = None,
) -> None:
    """Execute KEYs on their samples and compare what they publish with what is expected."""
    from runner.cli.containment import Containment
    from runner.cli.key_running import test_keys_command

    containment = Containment.of_options(sandbox, require_sandbox, limits)
    sys.exit(test_keys_command(tuple(names or ()), library, containment))


keys.command("new", epilog="Example: runbook keys new queue-backlog-analysis")(new_key)
