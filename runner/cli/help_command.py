"""`--help` of all, which shows what an incident needs, and `runbook help`, which shows the rest."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

FIRST = ("run", "plan", "find", "list", "resume", "answer", "why", "report")
"""What an engineer needs in an incident."""
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Run": ("run", "plan", "resume", "answer", "approve", "verify"),
    "Find": ("find", "list", "keys"),
    "Look back": ("history", "show", "why", "report", "diff", "replay", "evidence"),
    "Write": ("new", "lint", "rule", "fmt", "rehearse"),
    "Operate": ("schedule", "warm", "help"),
}
"""All commands, by what one wants to do."""


class Commands(TyperGroup):
    """The commands, of which its help shows the first; they are found by name as ever."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table of commands of `--help`."""
        _write(self, ctx, formatter, "Commands", FIRST)
        formatter.write_paragraph()
        formatter.write_text("All commands: runbook help all")


def add_help_command(app: typer.Typer) -> None:
    """Add the command to the others."""
    app.command(epilog="Example: runbook help all", name="help")(show_help)


def show_help(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            help="A command, such as `run` or `keys test`, or `all`.", metavar="COMMAND"
        ),
    ] = None,
) -> None:
    """Show all commands, or the help of one."""
    root = context.find_root()
    group: Any = root.command
    if words != ["all"]:
        group.main([*(words or ()), "--help"], prog_name=root.info_name)
    formatter = root.make_formatter()
    for title, names in SECTIONS.items():
        _write(group, root, formatter, title, names)
    formatter.write_paragraph()
    formatter.write_text("One of them: runbook help COMMAND")
    typer.echo(formatter.getvalue().strip("\n"))


def _write(group: Any, context: Any, formatter: Any, title: str, names: Iterable[str]) -> None:
    found = [(name, group.get_command(context, name)) for name in names]
    width = formatter.width - 6 - max(len(name) for name, _ in found)
    with formatter.section(title):
        formatter.write_dl([(name, one.get_short_help_str(width)) for name, one in found if one])
