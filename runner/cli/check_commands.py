"""The commands that check runbooks before they are needed: `lint`, `rule` and `rehearse`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from runner.cli.options import JsonOption, LibraryOption


def add_check_commands(app: typer.Typer) -> None:
    """Put these commands into the command line."""
    app.command(epilog="Example: runbook lint runbooks/*.md")(lint)
    app.command(epilog="Example: runbook rule RB104")(rule)
    app.command(epilog="Example: runbook rehearse webhook-failures --coverage-min 100")(rehearse)


def lint(
    names: Annotated[
        list[str] | None, typer.Argument(help="Runbooks by name or file; all without any.")
    ] = None,
    form: Annotated[
        str,
        typer.Option(
            "--format",
            help="full, concise, json, github, gitlab, junit or sarif.",
            metavar="FORMAT",
        ),
    ] = "full",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write there, whole or not at all.")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(help="Only these rules: RB1,RB203.", metavar="CODE[,CODE]"),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Not these rules.", metavar="CODE[,CODE]")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for notes too.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what cannot change a run.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would write; exit 1 if anything.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Say what is wrong with runbooks before they are needed."""
    from runner.cli.lint import LintOptions, lint_command

    options = LintOptions(
        names=tuple(names or ()),
        form=form,
        output=output,
        select=tuple(select or ()),
        ignore=tuple(ignore or ()),
        strict=strict,
        fix=fix,
        diff=diff,
        library=library,
    )
    sys.exit(lint_command(options))


def rule(code: Annotated[str, typer.Argument(help="The code of a diagnostic.")]) -> None:
    """Explain a diagnostic of lint, and how to mend it."""
    from runner.cli.listing import rule_command

    sys.exit(rule_command(code))


def rehearse(
    names: Annotated[
        list[str] | None, typer.Argument(help="Runbooks by name or file; all without any.")
    ] = None,
    cases: Annotated[
        Path | None,
        typer.Option("--cases", help="The cases, where they stand elsewhere.", metavar="FILE"),
    ] = None,
    coverage_min: Annotated[
        float | None,
        typer.Option("--coverage-min", help="Percent of branch verdicts to reach.", min=0, max=100),
    ] = None,
    generate: Annotated[
        bool, typer.Option("--generate", help="Print cases for what none reaches yet, as TOML.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Run the scripted cases beside a runbook: outputs in, path out."""
    from runner.cli.rehearse import RehearseOptions, rehearse_command

    options = RehearseOptions(tuple(names or ()), cases, coverage_min, generate, as_json, library)
    sys.exit(rehearse_command(options))
