"""Secrets that a KEY is given: files in memory that only it can read, and nowhere else."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import InvalidInput
from runner.model.contract import KeyContract

if TYPE_CHECKING:
    from runner.model.events import Parameter
    from runner.model.redaction import Redactor

SHORTEST_SECRET = 8
"""Characters. A shorter one would be found where it is not meant."""
SECRETS_FOLDER = "secrets"
SECRETS_DIR = "RUNBOOK_SECRETS_DIR"
_LARGEST = 64 * 1024
_NO_CELL = "no cell ran"


class Secrets:
    """Secrets by name. Shown, it shows the names.

    `found` are those that came with something else, such as a parameter: they are not handed over,
    and kept out of what is kept like the others.
    """

    def __init__(self, values: Mapping[str, str], found: Mapping[str, str] | None = None):
        self._values = dict(values)
        self._found = dict(found or {})

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self.all)})"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of those that are handed over, in the order in which they were given."""
        return tuple(self._values)

    @property
    def all(self) -> Mapping[str, str]:
        """Everything that must not be kept, by name."""
        return {**self._found, **self._values}

    def with_found(self, found: Mapping[str, str]) -> "Secrets":
        """These, and some that came with something else."""
        return Secrets(self._values, {**self._found, **found})

    def of(self, contract: KeyContract) -> "Secrets":
        """Those that a KEY declares. Raises InvalidInput where one that it requires is missing."""
        for declared in contract.secrets:
            if declared.required and declared.name not in self._values:
                raise InvalidInput(
                    f"{contract.key.text} needs the secret {declared.name}"
                    + (f": {declared.meaning}" if declared.meaning else ""),
                    "nothing was executed",
                    f"give it by file or by variable: --secret {declared.name}=@FILE",
                )
        declared_names = {declared.name for declared in contract.secrets}
        own = {n: value for n, value in self._values.items() if n in declared_names}
        return Secrets(own, self._found)

    def redactor(self) -> "Redactor":
        """What takes them out of all that is kept."""
        from runner.model.redaction import Redactor

        return Redactor(self.all)

    def hand_over(self, place: Path) -> None:
        """Write each to a file of its name that only the user can read, in a new folder there."""
        folder = place / SECRETS_FOLDER
        folder.mkdir(mode=0o700)
        for name, value in self._values.items():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
            with os.fdopen(os.open(folder / name, flags, 0o400), "wb") as file:
                file.write(value.encode("utf-8", "surrogateescape"))


NO_SECRETS = Secrets({})


def secrets_in(name: str, value: object) -> dict[str, str]:
    """The secrets of known kinds in a value of that name, by name.

    The value itself is one where its name says so.
    """
    from runner.model.secret_patterns import is_name_of_secret, known_secrets

    if not isinstance(value, str):
        return {}
    if len(value) >= SHORTEST_SECRET and is_name_of_secret(name):
        return {name: value}
    raw = value.encode("utf-8", "surrogateescape")
    found = (raw[one.start : one.end] for one in known_secrets(raw))
    long = [one.decode("utf-8", "surrogateescape") for one in found if len(one) >= SHORTEST_SECRET]
    return {name if number == 1 else f"{name}-{number}": one for number, one in enumerate(long, 1)}


def secrets_among(parameters: "Iterable[Parameter]") -> dict[str, str]:
    """The secrets in the values of parameters, by the names of these."""
    found: dict[str, str] = {}
    for one in parameters:
        for value in one.value if isinstance(one.value, tuple) else (one.value,):
            found.update(secrets_in(one.name, value))
    return found


def read_secrets(
    given: Iterable[str], contracts: Iterable[KeyContract], environment: Mapping[str, str]
) -> Secrets:
    """The secrets of `--secret NAME=@FILE` and `--secret NAME=VARIABLE`, all that are required.

    The end of the line is not part of one. Raises InvalidInput; no message shows a value.
    """
    contracts = tuple(contracts)
    known = [secret.name for contract in contracts for secret in contract.secrets]
    values: dict[str, str] = {}
    for text in given:
        name, separator, source = text.partition("=")
        if not separator or name not in known:
            listed = ", ".join(dict.fromkeys(known)) or "no KEY of this runbook declares any"
            said = "a secret is not written NAME=@FILE or NAME=VARIABLE"
            happened = (
                f"no KEY has a secret {name!r}" if separator and name.isidentifier() else said
            )
            raise InvalidInput(happened, _NO_CELL, f"declared secrets: {listed}")
        if name in values:
            raise InvalidInput(f"the secret {name} is given twice", _NO_CELL, "give it once")
        values[name] = _value(name, source, environment)
    secrets = Secrets(values)
    for contract in contracts:
        secrets.of(contract)
    return secrets


def _value(name: str, source: str, environment: Mapping[str, str]) -> str:
    if source.startswith("@"):
        value = _from_file(name, Path(source[1:]))
    elif source in environment:
        value = environment[source]
    else:
        raise InvalidInput(
            f"the secret {name} names no variable of the environment",
            _NO_CELL,
            f"a secret is never given as text: write --secret {name}=@FILE",
        )
    value = value.rstrip("\r\n")
    if len(value) < SHORTEST_SECRET:
        raise InvalidInput(
            f"the secret {name} is shorter than {SHORTEST_SECRET} characters",
            _NO_CELL,
            "so short a one cannot be told from other text, and would not be kept out of it",
        )
    return value


def _from_file(name: str, file: Path) -> str:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            problem = f"{file} is no file of at most {_LARGEST:,} bytes"
            raise InvalidInput(f"the secret {name}: {problem}", _NO_CELL)
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise InvalidInput(
            f"the secret {name}: {file} cannot be read: {error.strerror}", _NO_CELL
        ) from None
