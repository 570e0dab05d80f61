"""Write the generated pages of the reference: commands and exit codes, from the code itself.

Run by `make docs`. A test fails while a page and the code say different things.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from runner.checks.reference import reference_page
from runner.cli.app import app
from runner.errors import ExitCode
from runner.interpreter.outcome import EXIT_CODES

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
_NOTE = (
    "<!-- Written by `make docs`. Change the code or tools/write_reference.py, not this page. -->"
)

_MEANINGS = {
    ExitCode.HEALTHY: (
        "Nothing is wrong, or a person confirmed that it is mended. For commands that run no "
        "runbook: it worked.",
        "Nothing.",
    ),
    ExitCode.FINDINGS: (
        "`lint` found errors or warnings, a case of `rehearse` failed, or a check of `verify` is "
        "broken.",
        "Read them; `runbook rule CODE`.",
    ),
    ExitCode.USAGE: (
        "The command line asks for something that cannot be: an unknown option, runbook or run.",
        "Read the hint.",
    ),
    ExitCode.INVALID: (
        "The runbook has errors, or an input or a parameter is refused. No cell ran.",
        "Mend what the message names.",
    ),
    ExitCode.FAILED: (
        "A KEY failed and its answer mattered, or the evidence could not be written.",
        "`runbook why`; the executed notebook is in the evidence.",
    ),
    ExitCode.INCONCLUSIVE: (
        "The run came to its end and cannot say that all is well.",
        "Look at the open questions and at the steps that were not done.",
    ),
    ExitCode.WAITING: (
        "The run was left and waits for a person; or an answer was delivered and is not on record "
        "yet.",
        "`runbook answer RUN` shows the question, `runbook resume RUN` goes on.",
    ),
    ExitCode.LOCKED: (
        "Another process works on the run. Nothing was changed.",
        "Wait for its end, or `runbook answer RUN` from here.",
    ),
    ExitCode.ACTIONS_RECOMMENDED: (
        "The runbook calls for an action that nobody has confirmed as done and verified.",
        "Carry out the actions that are named.",
    ),
    ExitCode.ESCALATE: ("The runbook says to escalate.", "Call whom it names."),
    ExitCode.HANDED_OVER: ("The runbook leads to another runbook.", "Run that one."),
    ExitCode.EVIDENCE_BROKEN: (
        "Recorded evidence does not read as what was written.",
        "`runbook evidence verify RUN` names what differs.",
    ),
    ExitCode.BUG: ("A bug in the runner.", "Report it with the traceback."),
    ExitCode.ABORTED: (
        "128 plus the number of the signal that stopped the run: 130 after Ctrl-C, 143 after "
        "SIGTERM. 130 as well where a person ended it.",
        "`runbook resume RUN` goes on with a run that was stopped.",
    ),
}


def main() -> None:
    """Write every generated page."""
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """The generated pages, by file name in docs/reference."""
    return {
        "commands.md": commands_page(),
        "exit-codes.md": exit_codes_page(),
        "diagnostics.md": reference_page(),
    }


def commands() -> dict[str, Any]:
    """The commands of `runbook` by the words that call them, those of groups too."""
    return dict(_commands_in("", get_command(app)))


def commands_page() -> str:
    """docs/reference/commands.md."""
    lines = [
        "# Commands",
        "",
        _NOTE,
        "",
        "Results go to stdout, everything else to stderr. An option goes before an environment",
        "variable, that before [runbook.toml](configuration.md). No command waits for a person",
        "unless both stdin and stderr are a terminal.",
        "`python -m runner` is the same command. What it returns: [exit codes](exit-codes.md).",
        "",
        "| command | what it does |",
        "|---|---|",
        *(
            f"| [{name}](#{name.replace(' ', '-')}) | {_first(c.help)} |"
            for name, c in commands().items()
        ),
    ]
    for name, command in commands().items():
        lines += ["", *_command_lines(name, command)]
    return "\n".join(lines) + "\n"


def exit_codes_page() -> str:
    """docs/reference/exit-codes.md."""
    lines = [
        "# Exit codes",
        "",
        _NOTE,
        "",
        "Exit codes are part of the interface: a code keeps its meaning.",
        "",
        "| code | name | outcome of a run | what it means | what to do |",
        "|---|---|---|---|---|",
        *(_exit_code_row(code) for code in ExitCode),
        "",
        "With `--exit-zero`, `runbook run` returns 0 whatever the outcome of a run that ended.",
        "Errors that keep a run from beginning or from ending keep their code.",
        "",
        "What decides between the outcomes: [how a run ends](runbook-format.md#how-a-run-ends).",
    ]
    return "\n".join(lines) + "\n"


def _commands_in(words: str, group: Any) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands_in(f"{words}{name} ", command)
        else:
            yield words + name, command


def _exit_code_row(code: ExitCode) -> str:
    meaning, advice = _MEANINGS[code]
    number = "128+n" if code is ExitCode.ABORTED else str(int(code))
    outcomes = ", ".join(f"`{o.value}`" for o, returned in EXIT_CODES.items() if returned is code)
    name = code.name.lower().replace("_", " ")
    return f"| {number} | {name} | {outcomes or '-'} | {meaning} | {advice} |"


def _command_lines(name: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join(_argument(p) for p in arguments)
    yield from (f"## {name}", "", command.help, "")
    yield from ("```text", f"runbook {name} [OPTIONS] {usage}".rstrip(), "```", "")
    if arguments:
        yield from ("| argument | |", "|---|---|")
        yield from (f"| `{_argument(p)}` | {p.help} |" for p in arguments)
        yield ""
    if options:
        yield from ("| option | |", "|---|---|")
        yield from (f"| `{_option(p)}` | {p.help}{_beside(p)} |" for p in options)
        yield ""
    example = (command.epilog or "").removeprefix("Example: ") or f"runbook {name}"
    yield from ("Example:", "", "```sh", example, "```")


def _first(help_text: str) -> str:
    """The first paragraph, which says what a command does."""
    return " ".join(help_text.partition("\n\n")[0].split())


def _argument(parameter: Any) -> str:
    word = (parameter.metavar or parameter.name).strip("[]").upper()
    word += "..." if parameter.nargs < 0 else ""
    return word if parameter.required else f"[{word}]"


def _option(parameter: Any) -> str:
    names = ", ".join(sorted(parameter.opts, key=len))
    if parameter.is_flag:
        return names
    return f"{names} {parameter.metavar or _value_name(parameter)}"


def _value_name(parameter: Any) -> str:
    choices = getattr(parameter.type, "choices", ())
    if choices:
        return "\\|".join(str(choice) for choice in choices)
    kind = parameter.type.name
    return "NUMBER" if "range" in kind else "PATH" if kind == "path" else "TEXT"


def _beside(parameter: Any) -> str:
    """What stands behind the help: the default, whether it may be repeated, the variable."""
    notes = []
    default = getattr(parameter.default, "value", parameter.default)
    if default not in (None, "", False):
        notes.append(f"default {default}")
    if parameter.multiple:
        notes.append("may be given several times")
    if parameter.envvar:
        notes.append(f"variable `{parameter.envvar}`")
    return f" ({'; '.join(notes)})" if notes else ""


if __name__ == "__main__":
    main()
