"""Writing to the terminal: results to stdout, everything else to stderr, errors in one form."""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TextIO

from runner.errors import ExitCode, RunbookError
from runner.model.safe_text import safe_text

NARROWEST = 40


def guard(command: Callable[[], Any]) -> NoReturn:
    """Run a command; an error of the caller's becomes a message, a bug a report of a bug.

    The process ends without taking the interpreter down, which would cost a run 80 ms. Nothing
    is left to that: evidence is on disk and kernels are gone when a command returns.
    """
    code = _exit_code_of(command)
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _exit_code_of(command: Callable[[], Any]) -> int:
    try:
        command()
    except SystemExit as ended:
        return _code(ended.code)
    except RunbookError as error:
        print_error(error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return ExitCode.ABORTED + 2
    except Exception as error:
        import traceback

        traceback.print_exc()
        print(f"\nerror: a bug in runbook: {error!r}", file=sys.stderr)
        return ExitCode.BUG
    return ExitCode.HEALTHY


def _code(code: object) -> int:
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return ExitCode.FINDINGS


def print_error(error: RunbookError) -> None:
    """What happened, what was not done, and what to type next."""
    say(f"error: {error.happened}")
    if error.not_done:
        say(f"       {error.not_done}")
    if error.hint:
        say(f"hint:  {error.hint}")


def say(text: str) -> None:
    """A line for the person, on stderr."""
    print(safe_text(text), file=sys.stderr, flush=True)


def result(text: str) -> None:
    """A result, on stdout. Foreign text in it is made safe by whoever rendered it.

    A reader that went away (`runbook run … | head`) takes nothing from what is being done.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def width(stream: TextIO) -> int:
    """The columns to use: those of the terminal, 80 elsewhere, at most 100."""
    columns = shutil.get_terminal_size((80, 24)).columns if stream.isatty() else 80
    return min(max(columns, NARROWEST), 100)


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour: a terminal that can, and nobody said no."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()
