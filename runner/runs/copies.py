"""The copies that a run rests on, in its folder: the runbook, the contracts, the packages."""

from collections.abc import Sequence
from pathlib import Path

from runner.errors import InvalidRunbook
from runner.evidence.atomic import write_atomically
from runner.evidence.disk import or_evidence_lost
from runner.model.events import JournalEntry, KeyRecord, RunbookRebased
from runner.model.frozen import frozen
from runner.model.secret_patterns import known_secrets
from runner.runs.environment import Environment
from runner.runs.loading import LoadedRunbook


@frozen
class Copies:
    """The names of the copies, relative to the run folder; `contracts` is a folder."""

    runbook: str
    contracts: str
    environment: str


FIRST = Copies("runbook.md", "contracts", "environment.txt")
"""Those that a run begins with."""


def rebased_copies(number: int) -> Copies:
    """Those of the `number`th rebase of a run, from 1."""
    part = f"rebased-{number}"
    return Copies(f"runbook.{part}.md", f"contracts.{part}", f"environment.{part}.txt")


def present_copies(entries: Sequence[JournalEntry]) -> Copies:
    """Those that count at the end of a journal: of the last rebase, or the first."""
    for entry in reversed(entries):
        if isinstance(event := entry.event, RunbookRebased):
            return Copies(event.runbook_file, event.contracts, event.environment_file)
    return FIRST


def write_copies(
    loaded: LoadedRunbook, environment: Environment, folder: Path, names: Copies
) -> None:
    """Copy what a run rests on into its folder. Raises EvidenceLost.

    What an interrupted copy left there is replaced.
    """
    with or_evidence_lost("copy the runbook"):
        write_atomically(folder / names.runbook, loaded.runbook.source.text.encode(), 0o400)
        write_atomically(folder / names.environment, environment.text.encode(), 0o400)
        (folder / names.contracts).mkdir(mode=0o700, exist_ok=True)
        for key in loaded.keys:
            contract = (key.folder / "key.json").read_bytes()
            copy = folder / names.contracts / f"{key.contract.key.slug}.json"
            write_atomically(copy, contract, 0o400)


def refuse_secrets(loaded: LoadedRunbook) -> None:
    """Raise InvalidRunbook where a secret of a known kind stands in what is copied.

    It could not be masked there: a command of the runbook would then be another one.
    """
    texts = [(str(loaded.path), loaded.runbook.source.text.encode("utf-8", "replace"))]
    texts += [
        (str(k.folder / "key.json"), (k.folder / "key.json").read_bytes()) for k in loaded.keys
    ]
    for name, text in texts:
        for found in known_secrets(text):
            line = text.count(b"\n", 0, found.start) + 1
            raise InvalidRunbook(
                f"{name}:{line} holds a secret ({found.rule}), and a copy is kept with every run",
                "nothing was executed",
                "put it into a variable of the environment, or into a file for --secret",
            )


def key_records(loaded: LoadedRunbook) -> tuple[KeyRecord, ...]:
    """The KEYs that a runbook calls, as they are installed now."""
    return tuple(
        KeyRecord(k.contract.key, k.contract.version, k.contract_digest, k.notebook_digest)
        for k in loaded.keys
    )
