"""From a request of the interpreter to an order for the executor."""

from collections.abc import Iterable, Mapping
from hashlib import file_digest
from pathlib import Path

from runner.interpreter.calls import InputSource, TableInput
from runner.keys.catalog import InstalledKey
from runner.keys.executor import Order
from runner.keys.kept_tables import (
    NO_TABLES,
    Tables,
    large_inputs,
    tables_of_earlier_attempts,
)
from runner.keys.parameters import of_this_key
from runner.keys.secrets import NO_SECRETS, Secrets, secrets_in
from runner.model.contract import KeyContract
from runner.model.events import Parameter
from runner.model.frozen import frozen
from runner.model.identity import KeyName
from runner.model.redaction import MASK
from runner.model.results import StagedInput
from runner.model.runs import InvokeKey
from runner.runs.limiting import NO_CHANGES, LimitChanges


def restored_parameters(
    given: tuple[Parameter, ...], then: KeyContract | None, now: KeyContract
) -> tuple[Parameter, ...]:
    """The parameters of an execution of then for the KEY of now.

    What was left to a default that has changed since is given as it was.
    """
    names = {one.name for one in given}
    defaults = {one.name: one.default for one in then.parameters} if then else {}
    changed = (
        Parameter(one.name, defaults[one.name])
        for one in now.parameters
        if one.name not in names and defaults.get(one.name, one.default) != one.default
    )
    return (*given, *changed)


def held_secrets(given: Iterable[Parameter]) -> tuple[str, ...]:
    """The names of recorded parameters that held a secret, so that none knows them as they were."""
    return tuple(
        one.name
        for one in given
        for value in (one.value if isinstance(one.value, tuple) else (one.value,))
        if isinstance(value, str) and MASK in value
    )


@frozen
class OrderWriter:
    """What is needed to execute the KEYs of one run.

    `keys` are the installed KEYs by name; `parameters` those given for each KEY. `limits` and
    `secrets` are what the caller gave for all of them. Inputs of at least `tables_from` bytes are
    kept as tables; None keeps none.
    """

    keys: Mapping[KeyName, InstalledKey]
    parameters: Mapping[KeyName, tuple[Parameter, ...]]
    run_folder: Path
    limits: LimitChanges = NO_CHANGES
    secrets: Secrets = NO_SECRETS
    tables_from: int | None = None

    def order(self, request: InvokeKey, sources: tuple[InputSource, ...]) -> Order:
        """The order for one execution; a table of an earlier step is hashed as it is now."""
        key = self.keys[request.key]
        staged = tuple(source for source in sources if isinstance(source, StagedInput))
        return Order(
            invocation=request.invocation,
            attempt=request.attempt,
            key=key,
            inputs=tuple(self._staged(source) for source in sources),
            parameters=of_this_key(key.contract, self.parameters.get(request.key, ())),
            run_folder=self.run_folder,
            limits=self.limits.on(key.contract),
            secrets=self.secrets.of(key.contract).with_found(_written_in(key)),
            tables=self._tables(request, staged),
        )

    def _tables(self, request: InvokeKey, staged: tuple[StagedInput, ...]) -> Tables:
        if self.tables_from is None:
            return NO_TABLES
        keep = large_inputs(staged, self.tables_from)
        if not keep or request.attempt == 1:
            return Tables(keep)
        have = tables_of_earlier_attempts(self.run_folder, request.invocation, keep)
        return Tables(keep, have)

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
