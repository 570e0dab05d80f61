"""Where a notebook finds the contract that it was written to."""

import os
from collections.abc import Iterable
from pathlib import Path

from runner.kit.refusal import KitMisuse
from runner.model.contract import KeyContract
from runner.model.contract_decoder import decode_contract
from runner.model.identity import KeyName

KEY_DIR = "RUNBOOK_KEY_DIR"


def find_contract(name: str) -> tuple[KeyContract, Path]:
    """The contract of a KEY and the folder it was found in.

    Looked for in $RUNBOOK_KEY_DIR; the working folder; `jupyter-keys/<slug>` of the working
    folder and of its parents; the library that is shipped. Raises KitMisuse.
    """
    if not KeyName.is_well_formed(name):
        raise KitMisuse(f"`{name}` is not the name of a KEY, such as jupyter-log-analysis")
    given = os.environ.get(KEY_DIR)
    folders = [Path(given)] if given else _folders(KeyName(name).slug)
    for folder in folders:
        if (folder / "key.json").is_file():
            contract, problems = decode_contract((folder / "key.json").read_text("utf-8"))
            if contract and contract.key.text == name:
                return contract, folder
            if given or folder.name == KeyName(name).slug:
                found = problems or (f"it is the contract of {contract and contract.key.text}",)
                raise KitMisuse(f"{folder / 'key.json'} does not serve {name}: {'; '.join(found)}")
    places = ", ".join(str(folder) for folder in folders)
    raise KitMisuse(f"no key.json for {name}. Looked in: {places}")


def _folders(slug: str) -> list[Path]:
    here = Path.cwd()
    return [here, *_beside(here, slug), *_beside(Path(__file__).resolve().parent, slug)]


def _beside(start: Path, slug: str) -> Iterable[Path]:
    for folder in (start, *start.parents):
        yield folder / "jupyter-keys" / slug
        if folder.name == "runner":
            yield folder / "library" / "jupyter-keys" / slug
