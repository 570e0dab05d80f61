"""`runbook schedule`: its commands and their options; what they do stands in `scheduling`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from runner.cli.options import SchedulerKind

schedule = typer.Typer(
    name="schedule",
    help="Run runbooks at set times, as [[schedule]] entries of runbook.toml say.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="The runbook.toml. Default: the project's, else the user's.",
        metavar="FILE",
    ),
]
EvidenceOption = Annotated[
    Path | None,
    typer.Option("--evidence-dir", envvar="RUNBOOK_EVIDENCE_DIR", help="Where runs are kept."),
]
LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", envvar="RUNBOOK_LIBRARY", help="A folder with runbooks/ and jupyter-keys/."
    ),
]
NowOption = Annotated[str, typer.Option("--now", hidden=True, metavar="ISO")]


@schedule.command("list", epilog="Example: runbook schedule list --json")
def list_(
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
    now: NowOption = "",
) -> None:
    """Show the entries: when each is due next, and how its last run ended."""
    from runner.cli.scheduling import Place, list_command

    sys.exit(list_command(Place(config, evidence_dir, library, now), as_json))


@schedule.command(
    epilog="Example: runbook schedule render --systemd --output ~/.config/systemd/user"
)
def render(
    names: Annotated[list[str] | None, typer.Argument(help="Entries; all without any.")] = None,
    systemd: Annotated[bool, typer.Option("--systemd", help="Services and timers.")] = False,
    cron: Annotated[bool, typer.Option("--cron", help="A crontab.")] = False,
    k8s: Annotated[bool, typer.Option("--k8s", help="CronJobs of Kubernetes.")] = False,
    github: Annotated[bool, typer.Option("--github", help="Workflows of GitHub Actions.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write files here.", metavar="DIR")
    ] = None,
    image: Annotated[
        str, typer.Option(help="The image of the pods, with the project in its working folder.")
    ] = "runbook-runner",
    config: ConfigOption = None,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
    now: NowOption = "",
) -> None:
    """Print the entries for the scheduler that you have; exit codes 10 to 12 are no failures."""
    from runner.cli.scheduling import Place, render_command

    asked = {
        SchedulerKind.SYSTEMD: systemd,
        SchedulerKind.CRON: cron,
        SchedulerKind.KUBERNETES: k8s,
        SchedulerKind.GITHUB: github,
    }
    kinds = tuple(kind for kind, is_asked in asked.items() if is_asked)
    place = Place(config, evidence_dir, library, now)
    sys.exit(render_command(kinds, tuple(names or ()), image, output, place))


@schedule.command(epilog="Example: runbook schedule run --once daily-webhooks")
def run(
    names: Annotated[list[str] | None, typer.Argument(help="Entries; all without any.")] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Run what is due, wait for it, and exit.")
    ] = False,
    grace: Annotated[
        float, typer.Option(help="Seconds that runs may take to end after SIGTERM.", min=0)
    ] = 30.0,
    late_by: Annotated[
        float | None,
        typer.Option(
            help="Seconds after its time at which a run still starts on time. Default: 300; any "
            "with --once NAME, whose caller keeps the time.",
            min=0,
        ),
    ] = None,
    config: ConfigOption = None,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
    now: NowOption = "",
) -> None:
    """Start runs at their times, until stopped; every run is unattended."""
    from runner.cli.scheduling import Place, Watching, run_command

    watching = Watching(tuple(names or ()), once, grace, late_by)
    sys.exit(run_command(watching, Place(config, evidence_dir, library, now)))
