"""What bounds KEYs: sandbox, limits, deadline, secrets. Options, then variables, then files."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli.options import SandboxChoice
from runner.model.frozen import frozen
from runner.model.sandbox import SandboxLevel, SandboxPolicy

if TYPE_CHECKING:
    from runner.keys.catalog import InstalledKey
    from runner.keys.secrets import Secrets
    from runner.model.contract import KeyContract
    from runner.model.interruptions import Setting
    from runner.runs.limiting import LimitChanges
    from runner.runs.settings import Settings

_LEVEL = ("sandbox.level", "--sandbox", "RUNBOOK_SANDBOX")
_COPY = ("evidence.copy_up_to_bytes", "--copy-up-to", "RUNBOOK_COPY_UP_TO")
_REQUIRE = ("sandbox.require", "--require-sandbox", "RUNBOOK_REQUIRE_SANDBOX")


@frozen
class Bounds:
    """What bounds the KEYs of this command: the sandbox, the limits, the seconds of the run.

    Inputs of more than `copy_up_to` bytes are not copied into the evidence. `redact` are the
    columns that are redacted in every input. `own` are the settings of the command as a whole,
    without limits of KEYs.
    """

    policy: SandboxPolicy
    limits: "LimitChanges"
    run_seconds: float | None
    copy_up_to: int
    own: tuple["Setting", ...]
    redact: tuple[str, ...] = ()

    def settings(self, contracts: "Iterable[KeyContract]") -> tuple["Setting", ...]:
        """Everything that was not left as it is and that counts for a KEY, with who said it."""
        from runner.model.interruptions import Setting

        counting = [change for one in contracts for change in self.limits.of(one).values()]
        names = {c: f"{c.key}.{c.name}".removeprefix(".") for c in dict.fromkeys(counting)}
        return tuple(Setting(names[c], str(c.value), c.source) for c in names) + self.own


@frozen
class Containment:
    """The options of a command that bound its KEYs, as they were typed or as variables have it."""

    sandbox: SandboxChoice | None = None
    is_required: bool = False
    limits: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    timeout: float | None = None
    copy_up_to: str = ""

    @classmethod
    def of_options(
        cls,
        sandbox: SandboxChoice | None,
        is_required: bool,
        limits: list[str] | None,
        secrets: list[str] | None = None,
        timeout: float | None = None,
        copy_up_to: str = "",
    ) -> "Containment":
        """From the values of a command's options, of which lists may be None."""
        listed = (tuple(limits or ()), tuple(secrets or ()))
        return cls(sandbox, is_required, *listed, timeout, copy_up_to)

    def bounds(self) -> Bounds:
        """These, and what `runbook.toml` says where they say nothing. Raises UsageError."""
        from runner.keys.references import COPIED_UP_TO_BYTES
        from runner.runs.limiting import LimitChanges, read_limits
        from runner.runs.settings import find_settings

        files = find_settings(Path.cwd(), os.environ)
        limits = LimitChanges(files.limits().values + read_limits(self.limits).values)
        own = tuple(self._own(files))
        said = {one.name: one.value for one in own}
        level = said.get("sandbox.level", "auto").replace("auto", "strict")
        policy = SandboxPolicy(SandboxLevel(level), said.get("sandbox.require") == "true")
        seconds = float(said["run_seconds"]) if "run_seconds" in said else None
        copied = int(said.get(_COPY[0], COPIED_UP_TO_BYTES))
        return Bounds(policy, limits, seconds, copied, own, files.columns())

    def given_secrets(self, keys: "tuple[InstalledKey, ...]") -> "Secrets":
        """The secrets, all that the KEYs require. Raises InvalidInput."""
        from runner.keys.secrets import read_secrets

        return read_secrets(self.secrets, [key.contract for key in keys], os.environ)

    def _own(self, files: "Settings") -> "Iterator[Setting]":
        from runner.model.interruptions import Setting

        if self.sandbox is not None:
            yield Setting(_LEVEL[0], self.sandbox.value, _who(*_LEVEL[1:]))
        elif level := files.one("sandbox", "level"):
            yield Setting(_LEVEL[0], str(level.value), level.source)
        if self.is_required:
            yield Setting(_REQUIRE[0], "true", _who(*_REQUIRE[1:]))
        elif require := files.one("sandbox", "require"):
            yield Setting(_REQUIRE[0], "true" if require.value else "false", require.source)
        if self.timeout is not None:
            yield Setting("run_seconds", str(self.timeout), "--timeout")
        elif seconds := files.one("limits", "run_seconds"):
            yield Setting("run_seconds", str(seconds.value), seconds.source)
        if self.copy_up_to:
            yield Setting(_COPY[0], str(_size(self.copy_up_to)), _who(*_COPY[1:]))
        elif copied := files.one("evidence", "copy_up_to_bytes"):
            yield Setting(_COPY[0], str(copied.value), copied.source)


NO_OPTIONS = Containment()


def from_environment() -> Containment:
    """What the variables say, for a command that has no such options. Raises UsageError."""
    from runner.errors import UsageError

    level, required = (os.environ.get(name, "") for _, _, name in (_LEVEL, _REQUIRE))
    known = [choice.value for choice in SandboxChoice]
    if level and level not in known:
        raise UsageError(f"RUNBOOK_SANDBOX={level}", "", f"one of: {', '.join(known)}")
    is_required = required.casefold() in ("1", "true", "yes", "on", "t", "y")
    copied = os.environ.get(_COPY[2], "")
    return Containment(SandboxChoice(level) if level else None, is_required, copy_up_to=copied)


def _size(text: str) -> int:
    from runner.errors import UsageError
    from runner.runs.limiting import amount_of, units_of

    size = amount_of("copy_up_to_bytes", text)
    if size is None:
        happened, hint = f"{_COPY[1]} cannot be {text!r}", f"units: {units_of('copy_up_to_bytes')}"
        raise UsageError(happened, "nothing was executed", hint)
    return size


def _who(option: str, variable: str) -> str:
    """The option, or the variable that stands for it."""
    import sys

    typed = any(word.partition("=")[0] == option for word in sys.argv)
    return option if typed or variable not in os.environ else variable
