"""The commands for those who look for and write runbooks: `find`, `fmt` and `new`."""

import sys
from typing import Annotated

import typer

from runner.cli.options import JsonOption, LibraryOption


def add_author_commands(app: typer.Typer) -> None:
    """Put these commands into the command line."""
    app.command(epilog='Example: runbook find "stripe_webhook_failure_rate > 5%"')(find)
    app.command(epilog="Example: runbook fmt --check runbooks/*.md")(fmt)
    new = typer.Typer(
        name="new",
        help="Write a runbook or a KEY to begin with.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    new.command("runbook", epilog="Example: runbook new runbook queue-backlog")(new_runbook)
    new.command("key", epilog="Example: runbook new key queue-backlog-analysis")(new_key)
    app.add_typer(new)


def find(
    text: Annotated[list[str], typer.Argument(help="An alert, its name, or words.")],
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Find the runbook for an alert or a problem."""
    from runner.cli.finding import find_command

    sys.exit(find_command(" ".join(text), as_json, library))


def fmt(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Runbooks by name or file; all of this library without any."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if something would change.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Change nothing; print what would change.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Write runbooks in one form, which says the same."""
    from runner.cli.formatting import fmt_command

    sys.exit(fmt_command(tuple(names or ()), check, diff, library))


def new_runbook(
    slug: Annotated[str, typer.Argument(help="Its name: lower-case words joined by dashes.")],
    library: LibraryOption = None,
) -> None:
    """Write a runbook with all ten sections, which lint finds nothing in."""
    from runner.cli.starting import new_runbook_command

    sys.exit(new_runbook_command(slug, library))


def new_key(
    slug: Annotated[str, typer.Argument(help="Its name: lower-case words joined by dashes.")],
    library: LibraryOption = None,
) -> None:
    """Write a KEY that runs: contract, notebook, its py:percent pair, README and a sample."""
    from runner.cli.starting import new_key_command

    sys.exit(new_key_command(slug, library))
