"""What a run that is resumed takes over from the options with which it was begun."""

from pathlib import Path

from runner.cli import console
from runner.cli.containment import Containment
from runner.cli.options import SandboxChoice
from runner.errors import InvalidInput
from runner.evidence.chain import JOURNAL_FILE
from runner.evidence.journal import read_journal
from runner.model.events import RunStarted
from runner.model.interruptions import RunResumed, Setting
from runner.model.safe_text import safe_line

_TYPED = ("--", "RUNBOOK_")
"""What a source begins with that is an option or a variable; others are files, read anew."""


def taken_over(given: Containment, folder: Path) -> Containment:
    """The options as given, and for what was not given those of the record, which are shown.

    What another user began does not bound this user's processes: it is taken over from runs of
    the same user alone.
    """
    recorded = {one.name: one for one in _settings(folder) if one.source.startswith(_TYPED)}
    mine = folder.stat().st_uid == _own_uid()
    wanted = {name: one.value for name, one in recorded.items() if mine}
    limits = {text.partition("=")[0]: text for text in given.limits}
    plain = {n: v for n, v in wanted.items() if "." not in n and n not in ("run_seconds", *limits)}
    said = given.sandbox.value if given.sandbox else wanted.get("sandbox.level")
    known = SandboxChoice(said) if said in [choice.value for choice in SandboxChoice] else None
    seconds = wanted.get("run_seconds")
    made = Containment(
        sandbox=known,
        is_required=given.is_required or wanted.get("sandbox.require") == "true",
        limits=(*given.limits, *(f"{name}={value}" for name, value in plain.items())),
        secrets=given.secrets,
        timeout=float(seconds) if given.timeout is None and seconds else given.timeout,
        copy_up_to=given.copy_up_to or wanted.get("evidence.copy_up_to_bytes", ""),
    )
    if words := _in_words(given, made, recorded, mine):
        console.say(words)
    return made


def refuse_missing_secrets(run_id: str, started: RunStarted, given: tuple[str, ...]) -> None:
    """Raise InvalidInput where the run had a secret that it is not given again."""
    missing = [name for name in started.secrets if name not in given]
    if missing:
        again = " ".join(f"--secret {name}=@FILE" for name in missing)
        raise InvalidInput(
            f"{run_id} was given the secret {', '.join(missing)}, which is never on record",
            "Nothing was executed.",
            f"runbook resume {run_id} {again}",
        )


def _settings(folder: Path) -> tuple[Setting, ...]:
    """Those that counted last: of the beginning, and of the last time it was taken up."""
    try:
        entries = read_journal(folder / JOURNAL_FILE).entries
    except OSError:
        return ()  # whoever takes the run says so
    told = [e.event for e in entries if isinstance(e.event, RunStarted | RunResumed)]
    return told[-1].settings if told else ()


def _own_uid() -> int:
    import os

    return os.geteuid()


def _in_words(
    given: Containment, made: Containment, recorded: dict[str, Setting], mine: bool
) -> str:
    again = {text.partition("=")[0] for text in given.limits}
    again |= {"sandbox.level"} if given.sandbox else set()
    again |= {"run_seconds"} if given.timeout is not None else set()
    again |= {"evidence.copy_up_to_bytes"} if given.copy_up_to else set()
    shown = ", ".join(f"{n} {one.value}" for n, one in recorded.items() if n not in again)
    if recorded and not mine:
        return safe_line(f"another user began it; what bounds it is not taken over: {shown}")
    return safe_line(f"as it was begun: {shown}") if made != given else ""
