"""Choices that several commands share."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from runner.errors import UsageError

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", envvar="RUNBOOK_LIBRARY", help="A folder with runbooks/ and jupyter-keys/."
    ),
]
EvidenceOption = Annotated[
    Path | None,
    typer.Option(
        "--evidence-dir",
        envvar="RUNBOOK_EVIDENCE_DIR",
        help="Where runs are kept. Default: ~/.local/state/runbook.",
    ),
]
NameArgument = Annotated[str, typer.Argument(help="A runbook by name or file.")]
RunArgument = Annotated[
    str, typer.Argument(metavar="[RUN]", help="A run by id, a part of it, or latest.")
]
InputsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--input", "-i", help="FILE or NAME=FILE; `-` is standard input.", metavar="[NAME=]FILE"
    ),
]
ParametersOption = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", help="A parameter of the KEYs.", metavar="NAME=VALUE"),
]
CopyOption = Annotated[
    str,
    typer.Option(
        "--copy-up-to",
        envvar="RUNBOOK_COPY_UP_TO",
        help="Inputs above this size are not copied into the evidence. Default: 1GiB.",
        metavar="SIZE",
    ),
]
IncidentOption = Annotated[str, typer.Option(help="The incident that this run is for.")]
TimeoutOption = Annotated[
    float | None, typer.Option(help="Seconds that the whole run may take.", min=0.1)
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", help="KEYs that may run side by side; as many as cores, 2 to 8.", min=1
    ),
]
FromOption = Annotated[str, typer.Option(help="Begin at this step.")]
UntilOption = Annotated[str, typer.Option(help="End after this step.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class SandboxChoice(Enum):
    """How far a KEY is shut in: the best that can be had, or no more than this."""

    AUTO = "auto"
    STRICT = "strict"
    LANDLOCK = "landlock"
    RLIMITS = "rlimits"


SandboxOption = Annotated[
    SandboxChoice | None,
    typer.Option(
        "--sandbox", envvar="RUNBOOK_SANDBOX", help="How far KEYs are shut in, where possible."
    ),
]
RequireOption = Annotated[
    bool,
    typer.Option(
        "--require-sandbox",
        envvar="RUNBOOK_REQUIRE_SANDBOX",
        help="Execute nothing where that level cannot be had (auto: strict).",
    ),
]
LimitsOption = Annotated[
    list[str] | None,
    typer.Option("--limit", help="A limit of the KEYs.", metavar="NAME=VALUE"),
]
SecretsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--secret", help="A secret of the KEYs: @FILE, or a variable.", metavar="NAME=@FILE"
    ),
]


class OutputFormat(Enum):
    """How a run is shown: by default live on a terminal and plain elsewhere."""

    AUTO = "auto"
    LIVE = "live"
    PLAIN = "plain"
    JSON = "json"
    JSONL = "jsonl"


FormatOption = Annotated[
    OutputFormat, typer.Option("--format", help="How the run is shown while it goes on.")
]
ExitZeroOption = Annotated[
    bool, typer.Option("--exit-zero", help="Exit 0 whatever the outcome of a run that ended.")
]
StopAtPersonOption = Annotated[
    bool,
    typer.Option("--stop-at-person", help="Leave the run, to be resumed, where a person is asked."),
]


def refuse_both(*options: str | bool) -> None:
    """Raise UsageError where more than one of these is given."""
    given = [option for option in options if option]
    if len(given) > 1:
        raise UsageError(f"{given[0]} and {given[1]} exclude one another", "nothing was executed")


class Horizon(Enum):
    """Which checks of the Verification section: those of one horizon, or all."""

    IMMEDIATE = "immediate"
    ONGOING = "ongoing"
    FINAL = "final"
    ALL = "all"


class SchedulerKind(Enum):
    """The schedulers that `runbook schedule render` writes for."""

    SYSTEMD = "systemd"
    CRON = "cron"
    KUBERNETES = "k8s"
    GITHUB = "github"
