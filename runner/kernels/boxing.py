"""What a kernel is to be shut into, as the runner says it to the guardian."""

import os
import site
import sys
from pathlib import Path

from runner.model.frozen import frozen
from runner.model.sandbox import SandboxLevel

_PACKAGE = Path(__file__).resolve().parents[1]


@frozen
class Shown:
    """What a KEY needs besides the system: paths it may read, folders it may write to.

    What is `hidden` cannot be seen, but for what is named here.
    """

    readable: tuple[Path, ...] = ()
    writable: tuple[Path, ...] = ()
    hidden: tuple[Path, ...] = ()


@frozen
class Boxing:
    """The levels that will do, the best first, and what is shown; None for a spare kernel.

    The strict box is made by bubblewrap where the system allows us none, or if that is asked for.
    """

    levels: tuple[SandboxLevel, ...] = tuple(SandboxLevel)
    network: bool = False
    shown: Shown | None = None
    by_bubblewrap: bool = False

    def words(self) -> tuple[str, ...]:
        """The words that the guardian gets; see `Box`."""
        shown = self.shown or Shown()
        named = (("read", python_paths()), ("lend", shown.readable), ("write", shown.writable))
        return (
            ",".join(level.value for level in self.levels),
            "network" if self.network else "alone",
            "spare" if self.shown is None else "taken",
            "bubblewrap" if self.by_bubblewrap else "own",
            *(f"{what}:{path}" for what, paths in named for path in paths),
            *(f"hide:{path}" for path in shown.hidden),
        )


ANY_BOX = Boxing()
"""The best box that can be had, for a spare kernel."""


def python_paths() -> tuple[Path, ...]:
    """The folders that a Python process of this environment imports from.

    The interpreter's, the environment's, the user's packages where those are on, this package, and
    what `.pth` files name; never a home as a whole, and never the working folder.
    """
    kept: list[Path] = []
    needed = (Path(sys.prefix), Path(sys.base_prefix), _PACKAGE, *_homes_of_interpreter())
    user_site = (Path(site.USER_SITE),) if site.ENABLE_USER_SITE and site.USER_SITE else ()
    named = (*user_site, *(Path(place) for place in sys.path if place))
    for path in (*needed, *(path for path in named if not _is_private(path))):
        covered = any(path.is_relative_to(other) for other in (*kept, Path("/usr")))
        if not covered and path.exists():
            kept.append(path)
    return tuple(kept)


def _is_private(path: Path) -> bool:
    """Whether a folder is not from a `.pth` file, or holds more than code."""
    started = Path(sys.argv[0]).absolute().parent
    on_path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    places = (_home(), Path.cwd(), started, _PACKAGE.parent, *map(Path, filter(None, on_path)))
    return any(place.is_relative_to(path) for place in places)


def _homes_of_interpreter() -> list[Path]:
    """Where the interpreter lies, at each link on the way to it."""
    at, found = Path(sys.executable), []
    for _ in range(8):
        found.append(at.parent.parent)
        if not at.is_symlink():
            break
        at = at.parent / at.readlink()
    return found


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:
        return Path("/root")
