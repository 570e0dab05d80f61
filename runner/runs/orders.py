"""From a request of the interpreter to an order for the executor."""

from collections.abc import Mapping
from hashlib import file_digest
from pathlib import Path

from runner.interpreter.calls import InputSource, TableInput
from runner.keys.catalog import InstalledKey
from runner.keys.executor import Order
from runner.keys.parameters import of_this_key
from runner.keys.secrets import NO_SECRETS, Secrets, secrets_in
from runner.model.events import Parameter
from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.model.results import StagedInput
from runner.model.runs import InvokeKey
from runner.runs.limiting import NO_CHANGES, LimitChanges


@frozen
class OrderWriter:
    """What is needed to execute the KEYs of one run.

    `keys` are the installed KEYs by name; `parameters` those given for each KEY. `limits` and
    `secrets` are what the caller gave for all of them.
    """

    keys: Mapping[KeyName, InstalledKey]
    parameters: Mapping[KeyName, tuple[Parameter, ...]]
    run_folder: Path
    limits: LimitChanges = NO_CHANGES
    secrets: Secrets = NO_SECRETS

    def order(self, request: InvokeKey, sources: tuple[InputSource, ...]) -> Order:
        """The order for one execution; a table of an earlier step is hashed as it is now."""
        key = self.keys[request.key]
        return Order(
            invocation=request.invocation,
            attempt=request.attempt,
            key=key,
            inputs=tuple(self._staged(source) for source in sources),
            parameters=of_this_key(key.contract, self.parameters.get(request.key, ())),
            run_folder=self.run_folder,
            limits=self.limits.on(key.contract),
            secrets=self.secrets.of(key.contract).with_found(_written_in(key)),
        )

    def _staged(self, source: InputSource) -> StagedInput:
        if not isinstance(source, TableInput):
            return source
        if not source.table.file:
            return StagedInput(source.name, source.origin, "", 0, "")
        path = self.run_folder / source.table.file
        with path.open("rb") as file:
            digest = "sha256:" + file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        return StagedInput(source.name, source.origin, source.table.file, size, digest)


def _written_in(key: InstalledKey) -> dict[str, str]:
    """The secrets of known kinds that stand in the notebook itself."""
    try:
        source = key.notebook.read_bytes().decode("utf-8", "replace")
    except OSError:
        return {}  # the executor says so
    return secrets_in(key.notebook.name, source)
