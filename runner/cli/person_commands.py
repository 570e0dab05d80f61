"""The commands about runs that wait: resume, approve, answer."""

import sys
from typing import Annotated

import typer

from runner.cli.options import (
    CopyOption,
    EvidenceOption,
    ExitZeroOption,
    FormatOption,
    LibraryOption,
    LimitsOption,
    OutputFormat,
    RequireOption,
    SandboxOption,
    SecretsOption,
    StopAtPersonOption,
    TimeoutOption,
    refuse_both,
)

_ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for the record.")]
_ShownOption = Annotated[
    str,
    typer.Option(
        "--shown", help="The digest that the question was shown with.", metavar="sha256:DIGEST"
    ),
]
_RunToAnswer = Annotated[
    str, typer.Argument(metavar="RUN", help="A run by id, a part of it, or latest.")
]
_OpenRun = Annotated[
    str,
    typer.Argument(metavar="[RUN]", help="A run by id or a part of it; the newest open one else."),
]


def add_person_commands(app: typer.Typer) -> None:
    """Give `app` the commands of this module."""
    app.command(epilog="Example: runbook resume latest")(resume)
    app.command(epilog="Example: runbook answer latest 'step 2' 1 --reason 'saw it'")(answer)
    app.command(epilog="Example: runbook approve latest 'command 1' --reason 'CHG-7'")(approve)


def resume(
    run_name: _OpenRun = "",
    rebase: Annotated[
        bool, typer.Option("--rebase", help="Take what was edited meanwhile, and decide anew.")
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="End the run as aborted, and seal it.")
    ] = False,
    stop_at_person: StopAtPersonOption = False,
    timeout: TimeoutOption = None,
    sandbox: SandboxOption = None,
    require_sandbox: RequireOption = False,
    limits: LimitsOption = None,
    secrets: SecretsOption = None,
    copy_up_to: CopyOption = "",
    form: FormatOption = OutputFormat.AUTO,
    exit_zero: ExitZeroOption = False,
    evidence_dir: EvidenceOption = None,
    library: LibraryOption = None,
) -> None:
    """Go on with a run that was broken off, stopped or left waiting.

    KEYs that finished are not executed again. One that had no end is, as a new attempt.
    """
    from runner.cli.containment import Containment
    from runner.cli.resume import ResumeOptions, resume_command

    refuse_both(rebase and "--rebase", abort and "--abort")
    options = ResumeOptions(
        name=run_name,
        rebase=rebase,
        abort=abort,
        stop_at_person=stop_at_person,
        form=form,
        exit_zero=exit_zero,
        evidence_dir=evidence_dir,
        library=library,
        containment=Containment.of_options(
            sandbox, require_sandbox, limits, secrets, timeout, copy_up_to
        ),
    )
    sys.exit(resume_command(options))


def answer(
    run_name: _RunToAnswer,
    question: Annotated[
        str, typer.Argument(help="An open question; all are listed without one.")
    ] = "",
    option: Annotated[
        str, typer.Argument(help="An option, by key, number or words; several by commas.")
    ] = "",
    reason: _ReasonOption = "",
    shown: _ShownOption = "",
    evidence_dir: EvidenceOption = None,
) -> None:
    """Answer a question of a run from another terminal, or list what is open."""
    from runner.cli.answering import AnswerOptions, answer_command

    options = AnswerOptions(run_name, question, option, reason, shown, "", evidence_dir)
    sys.exit(answer_command(options))


def approve(
    run_name: _RunToAnswer,
    question: Annotated[
        str, typer.Argument(help="What is approved, such as 'command 1'; the only open one else.")
    ] = "",
    refuse: Annotated[bool, typer.Option("--refuse", help="Say no to it.")] = False,
    name: Annotated[
        str, typer.Option("--name", help="The name of an irreversible action, as it is written.")
    ] = "",
    reason: _ReasonOption = "",
    shown: _ShownOption = "",
    evidence_dir: EvidenceOption = None,
) -> None:
    """Say yes to a command or an action of a run from another terminal."""
    from runner.cli.answering import AnswerOptions, approve_command

    option = "n" if refuse else "y"
    options = AnswerOptions(run_name, question, option, reason, shown, name, evidence_dir)
    sys.exit(approve_command(options))
