"""Writing to the terminal: results to stdout, everything else to stderr, errors in one form."""

import os
import shutil
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TextIO

from runner.errors import ExitCode, RunbookError
from runner.model.safe_text import safe_text

NARROWEST = 40


def guard(command: Callable[[], Any]) -> NoReturn:
    """Run a command; an error of the caller's becomes a message, a bug a report of a bug."""
    try:
        command()
    except RunbookError as error:
        print_error(error)
        sys.exit(int(error.exit_code))
    except BrokenPipeError:
        _leave_quietly()
    except KeyboardInterrupt:
        sys.exit(ExitCode.ABORTED + 2)
    except Exception as error:
        import traceback

        traceback.print_exc()
        print(f"\nerror: a bug in runbook: {error!r}", file=sys.stderr)
        sys.exit(ExitCode.BUG)
    sys.exit(0)


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
    """A result, on stdout. Foreign text in it is made safe by whoever rendered it."""
    print(text, flush=True)


def width(stream: TextIO) -> int:
    """The columns to use: those of the terminal, 80 elsewhere, at most 100."""
    columns = shutil.get_terminal_size((80, 24)).columns if stream.isatty() else 80
    return min(max(columns, NARROWEST), 100)


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour: a terminal that can, and nobody said no."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def _leave_quietly() -> NoReturn:
    """The reader of stdout went away: nothing is left to say, and Python must not say it."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os._exit(128 + 13)
