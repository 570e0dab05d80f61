"""What the caller says of how KEYs are contained: sandbox, limits, secrets."""

import os
from typing import TYPE_CHECKING

from runner.cli.options import SandboxChoice
from runner.model.frozen import frozen
from runner.model.sandbox import SandboxLevel, SandboxPolicy

if TYPE_CHECKING:
    from runner.keys.catalog import InstalledKey
    from runner.keys.secrets import Secrets
    from runner.runs.limiting import LimitChanges


@frozen
class Containment:
    """The options of a run that bound its KEYs, as they were typed."""

    sandbox: SandboxChoice = SandboxChoice.AUTO
    is_required: bool = False
    limits: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()

    def policy(self) -> SandboxPolicy:
        """The level to try, and whether a weaker one will not do."""
        wanted = "strict" if self.sandbox is SandboxChoice.AUTO else self.sandbox.value
        return SandboxPolicy(SandboxLevel(wanted), self.is_required)

    def limit_changes(self) -> "LimitChanges":
        """The changed limits. Raises UsageError."""
        from runner.runs.limiting import read_limits

        return read_limits(self.limits)

    def given_secrets(self, keys: "tuple[InstalledKey, ...]") -> "Secrets":
        """The secrets, all that the KEYs require. Raises InvalidInput."""
        from runner.keys.secrets import read_secrets

        return read_secrets(self.secrets, [key.contract for key in keys], os.environ)


NO_OPTIONS = Containment()
