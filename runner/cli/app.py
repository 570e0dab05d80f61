"""The commands of `runbook` and their options; what they do stands in the modules beside this."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.cli import console
from runner.cli.audit_commands import add_audit_commands
from runner.cli.author_commands import add_author_commands
from runner.cli.check_commands import add_check_commands
from runner.cli.evidence_commands import evidence
from runner.cli.help_command import Commands, add_help_command
from runner.cli.keys import keys
from runner.cli.options import (
    CopyOption,
    EvidenceOption,
    ExitZeroOption,
    FormatOption,
    FromOption,
    Horizon,
    IncidentOption,
    InputsOption,
    JobsOption,
    JsonOption,
    LibraryOption,
    LimitsOption,
    NameArgument,
    OutputFormat,
    ParametersOption,
    RequireOption,
    RunArgument,
    SandboxOption,
    SecretsOption,
    StopAtPersonOption,
    TimeoutOption,
    UntilOption,
    refuse_both,
)
from runner.cli.person_commands import add_person_commands
from runner.cli.schedule import schedule
from runner.cli.warm_command import add_warm_command

if TYPE_CHECKING:
    from runner.kernels.supply import KernelSupply

app = typer.Typer(
    name="runbook",
    cls=Commands,
    help=(
        "Run Markdown runbooks: their notebooks are executed, their branches applied to what the "
        "notebooks found, and everything that happened is kept as evidence.\n\n"
        "Start with: runbook run webhook-failures --input logs.csv"
    ),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Exit codes: 0 healthy or resolved, 4 failed, 5 inconclusive, 10 actions recommended, "
    "11 escalate, 12 handed over; all of them in docs/reference/exit-codes.md.",
)

app.add_typer(evidence)
app.add_typer(schedule)
app.add_typer(keys)


@app.command(
    epilog="Example: runbook run webhook-failures -i logs.csv --incident INC-4711",
)
def run(
    context: typer.Context,
    name: NameArgument,
    inputs: InputsOption = None,
    parameters: ParametersOption = None,
    incident: IncidentOption = "",
    from_step: FromOption = "",
    until_step: UntilOption = "",
    unattended: Annotated[
        bool, typer.Option("--unattended", help="Ask nobody; a person's steps are passed over.")
    ] = False,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answer", help="An answer given ahead, such as 2=400.", metavar="STEP=ANSWER"
        ),
    ] = None,
    stop_at_person: StopAtPersonOption = False,
    timeout: TimeoutOption = None,
    jobs: JobsOption = None,
    sandbox: SandboxOption = None,
    require_sandbox: RequireOption = False,
    limits: LimitsOption = None,
    secrets: SecretsOption = None,
    copy_up_to: CopyOption = "",
    form: FormatOption = OutputFormat.AUTO,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole run as JSON.")] = False,
    sample: Annotated[
        bool, typer.Option("--sample", help="Use the sample incident that comes with it.")
    ] = False,
    exit_zero: ExitZeroOption = False,
    no_evidence: Annotated[
        bool, typer.Option("--no-evidence", help="Keep nothing, where nothing can be written.")
    ] = False,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
) -> None:
    """Run a runbook to a decision, and keep the evidence."""
    from runner.cli.containment import Containment
    from runner.cli.run import RunOptions, run_command

    refuse_both(unattended and "--unattended", stop_at_person and "--stop-at-person")
    refuse_both(no_evidence and "--no-evidence", stop_at_person and "--stop-at-person")
    options = RunOptions(
        name=name,
        inputs=tuple(inputs or ()),
        parameters=tuple(parameters or ()),
        answers=tuple(answers or ()),
        incident=incident,
        from_step=from_step,
        until_step=until_step,
        unattended=unattended,
        jobs=jobs,
        form=OutputFormat.JSON if as_json else form,
        exit_zero=exit_zero,
        evidence_dir=evidence_dir,
        library=library,
        stop_at_person=stop_at_person,
        no_evidence=no_evidence,
        containment=Containment.of_options(
            sandbox, require_sandbox, limits, secrets, timeout, copy_up_to
        ),
        sample=sample,
    )
    sys.exit(run_command(options, context.obj))


@app.command(
    "verify",
    epilog="Example: runbook verify webhook-failures -i last-hour.csv --horizon ongoing",
)
def verify_(
    context: typer.Context,
    name: NameArgument,
    inputs: InputsOption = None,
    parameters: ParametersOption = None,
    horizon: Annotated[Horizon, typer.Option(help="Which checks.")] = Horizon.ALL,
    of_run: Annotated[
        str, typer.Option("--of", help="The run whose end is verified.", metavar="RUN")
    ] = "",
    incident: IncidentOption = "",
    timeout: TimeoutOption = None,
    jobs: JobsOption = None,
    sandbox: SandboxOption = None,
    require_sandbox: RequireOption = False,
    limits: LimitsOption = None,
    secrets: SecretsOption = None,
    copy_up_to: CopyOption = "",
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write the checks as JUnit.", metavar="FILE")
    ] = None,
    form: FormatOption = OutputFormat.AUTO,
    as_json: JsonOption = False,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
) -> None:
    """Check a runbook's Verification section on new data, asking nobody."""
    from runner.cli.containment import Containment
    from runner.cli.run import RunOptions, run_command
    from runner.runs.verification import Verification

    options = RunOptions(
        name=name,
        inputs=tuple(inputs or ()),
        parameters=tuple(parameters or ()),
        answers=(),
        incident=incident,
        from_step="",
        until_step="",
        unattended=True,
        jobs=jobs,
        form=OutputFormat.JSON if as_json else form,
        exit_zero=False,
        evidence_dir=evidence_dir,
        library=library,
        verification=Verification(horizon.value, of_run),
        junit=junit,
        containment=Containment.of_options(
            sandbox, require_sandbox, limits, secrets, timeout, copy_up_to
        ),
    )
    sys.exit(run_command(options, context.obj))


@app.command(epilog="Example: runbook plan webhook-failures -i logs.csv --format svg > plan.svg")
def plan(
    name: NameArgument,
    inputs: InputsOption = None,
    parameters: ParametersOption = None,
    from_step: FromOption = "",
    until_step: UntilOption = "",
    form: Annotated[
        str, typer.Option("--format", help="text, json, mermaid or svg.", metavar="FORMAT")
    ] = "text",
    as_json: JsonOption = False,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
) -> None:
    """Show what a run would do, and execute nothing.

    Every step and branch with what decides it, the inputs that are missing, what a person will be
    asked, how it may end, how long KEYs usually take, and what bounds them. Inputs and parameters
    that are given are looked at; nothing is written.
    """
    from runner.cli.look_ahead import PlanOptions, plan_command

    form = "json" if as_json else form
    options = PlanOptions(
        name=name,
        inputs=tuple(inputs or ()),
        parameters=tuple(parameters or ()),
        from_step=from_step,
        until_step=until_step,
        form=form,
        evidence_dir=evidence_dir,
        library=library,
    )
    sys.exit(plan_command(options))


add_check_commands(app)


@app.command("list")
def list_(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """List the runbooks and the KEYs that are found."""
    from runner.cli.listing import list_command

    sys.exit(list_command(as_json, library))


@app.command(epilog="Example: runbook history --runbook webhook-failures --outcome escalate")
def history(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="Runs that all these words stand in: names, findings, reasons …"),
    ] = None,
    runbook: Annotated[str, typer.Option(help="Runs of this runbook only.")] = "",
    outcome: Annotated[str, typer.Option(help="Runs with this outcome only.")] = "",
    incident: Annotated[str, typer.Option(help="Runs for this incident only.")] = "",
    since: Annotated[
        str, typer.Option(help="Runs that began since: 2h, 3d (ago), 2026-11-23, a time; UTC.")
    ] = "",
    until: Annotated[
        str, typer.Option(help="Runs that began before: as --since; a day is meant to its end.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many.", min=1)] = 20,
    as_json: JsonOption = False,
    evidence_dir: EvidenceOption = None,
) -> None:
    """List past runs, the newest first."""
    from runner.cli.look_back import HistoryFilter, history_command

    wanted = HistoryFilter(runbook, outcome, incident, limit, tuple(words or ()), since, until)
    sys.exit(history_command(wanted, as_json, evidence_dir))


@app.command(epilog="Example: runbook why latest 3")
def why(
    run_name: RunArgument = "latest",
    step: Annotated[str, typer.Argument(help="One step of it.")] = "",
    evidence_dir: EvidenceOption = None,
) -> None:
    """Explain a decision, and what would have changed it."""
    from runner.cli.look_back import why_command

    sys.exit(why_command(run_name, step, evidence_dir))


@app.command(epilog="Example: runbook show latest")
def show(
    run_name: RunArgument = "latest",
    as_json: JsonOption = False,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
) -> None:
    """Show what happened in a run, in order of time."""
    from runner.cli.look_back import show_command

    sys.exit(show_command(run_name, as_json, evidence_dir, library))


@app.command(epilog="Example: runbook report latest --handoff")
def report(
    run_name: RunArgument = "latest",
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write the report as one HTML file.", metavar="FILE"),
    ] = None,
    handoff: Annotated[
        bool, typer.Option("--handoff", help="A short Markdown summary for the next person.")
    ] = False,
    incident_record: Annotated[
        bool,
        typer.Option("--incident-record", help="Markdown for the review: timeline, artifacts."),
    ] = False,
    as_json: JsonOption = False,
    evidence_dir: EvidenceOption = None,
) -> None:
    """Tell a run again from its evidence alone."""
    from runner.cli.look_back import report_command

    forms = (("handoff", handoff), ("incident", incident_record), ("json", as_json))
    form = next((name for name, wanted in forms if wanted), "text")
    sys.exit(report_command(run_name, form, html, evidence_dir))


add_person_commands(app)
add_author_commands(app)
add_warm_command(app)
add_audit_commands(app)
add_help_command(app)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        from runner.version import VERSION

        typer.echo(f"runbook {VERSION}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from runner.cli.finding import open_runs_command

        known = typer.main.get_group(app).commands
        sys.exit(open_runs_command(None, frozenset(known)))


def main(kernels: "KernelSupply | None" = None) -> None:
    """Run the command line; every foreseen error becomes a message and its exit code.

    `kernels` are those that boot already, for the commands that execute KEYs.
    """
    if kernels is not None:
        _build_only(sys.argv[1])
    console.guard(lambda: app(obj=kernels))


def _build_only(name: str) -> None:
    """Leave out the other commands: an engineer waits for this one, and each takes a moment."""
    app.registered_commands = [
        one
        for one in app.registered_commands
        if name in (one.name, one.callback.__name__ if one.callback else "")
    ]
    app.registered_groups = [
        one
        for one in app.registered_groups
        if one.typer_instance is not None and one.typer_instance.info.name == name
    ]
