"""Where KEYs and runbooks are found: libraries, searched in a fixed order.

A library is a folder with `jupyter-keys/`, `runbooks/` or both. Nothing here opens a notebook
as a notebook; listing stays cheap.
"""

import hashlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

from runner.errors import InvalidInput, NotFound
from runner.keys.planted import may_be_planted
from runner.model.contract import KeyContract
from runner.model.contract_decoder import decode_contract
from runner.model.frozen import frozen
from runner.model.identity import NOTEBOOK_PREFIX, KeyName

KEYS = "jupyter-keys"
RUNBOOKS = "runbooks"


@frozen
class InstalledKey:
    """A KEY as it is on disk. Paths are absolute; digests are `sha256:` and hex of the files."""

    contract: KeyContract
    folder: Path
    notebook: Path
    contract_digest: str
    notebook_digest: str


@frozen
class Library:
    """The libraries that are searched, the first one that has a name wins."""

    roots: tuple[Path, ...]

    @staticmethod
    def find(explicit: Path | None, cwd: Path, environment: Mapping[str, str]) -> "Library":
        """The given library, the project around `cwd`, the user's, then what is shipped.

        Raises NotFound where `explicit` is not a library.
        """
        if explicit is not None and not _is_library(explicit):
            raise NotFound(
                f"{explicit} is not a library: it has neither {KEYS}/ nor {RUNBOOKS}/",
                "nothing was executed",
                "give --library the folder that contains them",
            )
        roots = [explicit] if explicit is not None else []
        roots += _project(cwd)
        roots += _of_user(environment)
        roots.append(_shipped())
        found = [root.resolve() for root in roots if _is_library(root)]
        return Library(tuple(dict.fromkeys(found)))

    def key(self, name: KeyName) -> InstalledKey | None:
        """The KEY of that name, or None where no library has it.

        Raises NotFound for a name that would leave the library, InvalidInput for a broken KEY.
        """
        if not KeyName.is_well_formed(name.text):
            raise NotFound(f"{name.text!r} is not the name of a KEY", "no file was opened")
        if not name.is_notebook:
            return None
        for root in self.roots:
            folder = root / KEYS / name.slug
            if (folder / "key.json").exists():
                _inside(folder, root / KEYS)
                return _read_key(name, folder.resolve())
        return None

    def keys(self) -> tuple[InstalledKey, ...]:
        """Every KEY, by name. Raises InvalidInput at the first broken one."""
        found = (self.key(name) for name in self.key_names())
        return tuple(key for key in found if key is not None)

    def key_names(self) -> tuple[KeyName, ...]:
        """The names of all KEYs, without reading them."""
        slugs = {
            contract.parent.name
            for root in self.roots
            for contract in (root / KEYS).glob("*/key.json")
        }
        names = (KeyName(NOTEBOOK_PREFIX + slug) for slug in sorted(slugs))
        return tuple(name for name in names if KeyName.is_well_formed(name.text))

    def runbook(self, name_or_path: str) -> Path:
        """The file of a runbook, by slug, by path, or by its folder.

        Raises NotFound, with names that are close.
        """
        path = Path(name_or_path)
        if path.suffix == ".md" or "/" in name_or_path:
            found = path / "README.md" if path.is_dir() else path
            if found.is_file():
                return found
            raise NotFound(f"there is no runbook file {name_or_path}", "nothing was executed")
        for slug, file in self._runbooks():
            if slug == name_or_path:
                return file
        raise self._unknown_runbook(name_or_path)

    def runbooks(self) -> tuple[Path, ...]:
        """The files of all runbooks, by slug; one that an earlier library shadows is left out."""
        first: dict[str, Path] = {}
        for slug, file in self._runbooks():
            first.setdefault(slug, file)
        return tuple(first[slug] for slug in sorted(first))

    def _runbooks(self) -> Iterator[tuple[str, Path]]:
        for root in self.roots:
            folder = root / RUNBOOKS
            found = [(file.stem, file) for file in folder.glob("*.md")]
            found += [(file.parent.name, file) for file in folder.glob("*/README.md")]
            for slug, file in sorted(found):
                if slug != "README" and file.resolve().is_relative_to(folder.resolve()):
                    yield slug, file

    def _unknown_runbook(self, name: str) -> NotFound:
        from difflib import get_close_matches

        slugs = [slug for slug, _ in self._runbooks()]
        close = get_close_matches(name, slugs, n=3)
        hint = f"did you mean {', '.join(close)}?" if close else "`runbook list` shows them"
        return NotFound(f"there is no runbook called {name!r}", "nothing was executed", hint)


def file_digest(file: Path) -> str:
    """`sha256:` and the hex digest of a file's bytes."""
    with file.open("rb") as opened:
        return "sha256:" + hashlib.file_digest(opened, "sha256").hexdigest()


def _read_key(name: KeyName, folder: Path) -> InstalledKey:
    file, notebook = folder / "key.json", folder / f"{name.slug}.ipynb"
    try:
        raw = file.read_bytes()
        contract, problems = decode_contract(raw.decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        contract, problems = None, (str(error),)
    if contract is not None and contract.key != name:
        problems = (*problems, f"its slug is {contract.key.slug!r}, its folder {name.slug!r}")
    if not notebook.is_file():
        problems = (*problems, f"{notebook.name} is missing beside it")
    if contract is None or problems:
        raise InvalidInput(
            f"{file} is not a valid contract: " + "; ".join(problems),
            "the KEY was not loaded",
            f"mend {file}",
        )
    _inside(notebook, folder)
    digest = "sha256:" + sha256(raw).hexdigest()
    return InstalledKey(contract, folder, notebook, digest, file_digest(notebook))


def _inside(path: Path, library: Path) -> None:
    if not path.resolve().is_relative_to(library.resolve()):
        raise NotFound(f"{path} leads out of its library by a symlink", "it was not opened")


def _is_library(root: Path) -> bool:
    return (root / KEYS).is_dir() or (root / RUNBOOKS).is_dir()


def _project(cwd: Path) -> list[Path]:
    """The nearest library around `cwd` that nobody else can have planted there."""
    around = (folder for folder in (cwd, *cwd.parents) if _is_library(folder))
    return [f for f in around if not any(may_be_planted(str(f / n)) for n in (KEYS, RUNBOOKS))][:1]


def _of_user(environment: Mapping[str, str]) -> list[Path]:
    if environment.get("XDG_DATA_HOME"):
        return [Path(environment["XDG_DATA_HOME"]) / "runbook"]
    if environment.get("HOME"):
        return [Path(environment["HOME"]) / ".local" / "share" / "runbook"]
    return []


def _shipped() -> Path:
    package = Path(__file__).resolve().parents[1]
    library = package / "library"
    return library if library.is_dir() else package.parent
