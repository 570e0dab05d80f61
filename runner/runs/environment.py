"""The packages that KEYs run with: what is installed, by name and version, as a list and a digest.

A result of a KEY is used again only among the packages that it was made with.
"""

import sys
from hashlib import sha256
from pathlib import Path
from platform import machine, python_version

from runner.model.frozen import frozen

_SUFFIX = ".dist-info"


@frozen
class Environment:
    """One line each for Python, the machine and every installed package, sorted."""

    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """What is kept in the run folder."""
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def digest(self) -> str:
        """`sha256:` and hex of the text."""
        return "sha256:" + sha256(self.text.encode("utf-8", "backslashreplace")).hexdigest()


def environment_now() -> Environment:
    """The packages on the module path of this process, by the names of their metadata folders.

    Reading the folders' names alone takes a millisecond; reading the metadata a hundred.
    """
    found: set[str] = set()
    for place in sys.path:
        try:
            found |= {folder.stem for folder in Path(place).glob(f"*{_SUFFIX}")}
        except OSError:
            continue
    return Environment((f"python {python_version()}", f"machine {machine()}", *sorted(found)))
