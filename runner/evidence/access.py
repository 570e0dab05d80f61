"""Who may read and write a store: its owner alone, or a group, which its folder declares.

A folder with mode 2770 (`install -d -m 2770 -g oncall DIR`) declares a store for that group: the
group stands in the folder, and everything in it inherits the group. Every other store is private.
"""

import os
import stat
from pathlib import Path

from runner.model.frozen import frozen

_SHARED = stat.S_ISGID | stat.S_IRWXG


@frozen
class Access:
    """Whether the group of the folder takes part in its runs."""

    is_shared: bool

    @property
    def folder_mode(self) -> int:
        """The mode of folders: 2770 where shared, else 0700."""
        return 0o2770 if self.is_shared else 0o700

    @property
    def file_mode(self) -> int:
        """The mode of files that are written to: 0660 where shared, else 0600."""
        return 0o660 if self.is_shared else 0o600

    @property
    def sealed_mode(self) -> int:
        """The mode of sealed files: 0440 where shared, else 0400."""
        return 0o440 if self.is_shared else 0o400

    def open_folder(self, folder: Path) -> None:
        """Let the group into a folder of ours, whatever the umask is; nothing where private."""
        if self.is_shared and folder.lstat().st_uid == os.geteuid():
            folder.chmod(self.folder_mode)

    def open_file(self, file: Path | int) -> None:
        """Let the group into a file of ours, by its path or descriptor; nothing where private.

        Raises OSError.
        """
        if self.is_shared and os.stat(file).st_uid == os.geteuid():  # noqa: PTH116
            os.chmod(file, self.file_mode)  # noqa: PTH101

    def open_tree(self, folder: Path) -> None:
        """Let the group read what is in a run folder, and go on with it; nothing where private.

        Files keep whether their owner may write to them. Raises OSError.
        """
        if not self.is_shared:
            return
        for parent, _, names in os.walk(folder):
            self.open_folder(Path(parent))
            for name in names:
                _open_file(Path(parent, name))


def access_of(folder: Path) -> Access:
    """The access that a folder declares; private where it is not there."""
    try:
        mode = folder.stat().st_mode
    except OSError:
        return Access(False)
    return Access(mode & _SHARED == _SHARED)


def _open_file(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        return
    mode = stat.S_IMODE(found.st_mode)
    wanted = mode | (mode & 0o600) >> 3
    if wanted != mode:
        path.chmod(wanted)
