"""What another user may have put in the way of everybody, as in /tmp."""
# ruff: noqa: PTH116, PTH120

import os
import stat

_ROOT = 0


def may_be_planted(path: str) -> bool:
    """Whether `path` lies where anybody may put something, and was put there by somebody else."""
    try:
        is_open = os.stat(os.path.dirname(path)).st_mode & stat.S_IWOTH
        return bool(is_open) and os.lstat(path).st_uid not in (_ROOT, os.geteuid())
    except OSError:
        return False  # it is not there
