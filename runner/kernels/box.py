"""What a kernel's process is shut into before it boots, and how far that was possible.

Used by the guardian, which runs without site packages: standard library and this folder only.

strict    own namespaces: no network, a read-only system, nothing of other homes, own processes
landlock  own rules on files and TCP; other processes, UDP and the user's sockets stay in reach
rlimits   nothing but the limits and the allow-list of the environment
"""

import os

from runner.kernels import landlock, namespaces

STRICT, LANDLOCK, RLIMITS, NONE = "strict", "landlock", "rlimits", "none"


class Box:
    """What is wanted.

    `levels` are those that will do, the best first. `readable` is what programs need besides the
    system; `lent` what a KEY may read and `writable` where it may write, besides its own `folder`.
    `hidden` is covered where something readable holds it. A `spare` does not know its KEY yet. With
    `by_bubblewrap` the strict box is not tried without that program.
    """

    def __init__(self, folder: str, words: list[str]):
        """The box that the words of a command line describe; see `box_words`."""
        self.folder = folder
        self.levels = words[0].split(",")
        self.network = words[1] == "network"
        self.spare = words[2] == "spare"
        self.by_bubblewrap = words[3] == "bubblewrap"
        named = [word.partition(":") for word in words[4:]]
        self.readable = [path for what, _, path in named if what == "read"]
        self.lent = [path for what, _, path in named if what == "lend"]
        self.writable = [path for what, _, path in named if what == "write"]
        self.hidden = [path for what, _, path in named if what == "hide"]

    def enter(self, separated: bool, why: list[str]) -> str:
        """Shut this process in, as well as it can be; the level that was reached.

        `separated` says that its parent has namespaces of its own. What stood against a level is
        added to `why`. NONE where no level that will do was reached, and for a spare where the next
        best level is no level for spares.
        """
        for level in self.levels:
            try:
                if level == STRICT and separated:
                    namespaces.enter(self)
                    return level
                if level == LANDLOCK and self.spare:
                    landlock.version()
                    why.append(f"{LANDLOCK}: must know the files of the KEY before it boots")
                    return NONE
                if level == LANDLOCK:
                    landlock.enter(self)
                    return level
            except OSError as error:
                why.append(f"{level}: {said(error)}")
            if level == RLIMITS:
                return level
        return NONE


def said(error: OSError) -> str:
    """The words of an error, with the path where it has one."""
    where = f" ({os.fsdecode(error.filename)})" if error.filename else ""
    return f"{error.strerror or error}{where}"
