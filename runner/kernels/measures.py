"""What the processes below this one are, and what they use. For the guardian: standard library."""
# ruff: noqa: PTH123, PTH208

import os

_MOST_FILES = 100_000
"""Files that are looked at; what has more than that counts as boundless."""


def descendants() -> list[int]:
    """The processes below this one, by child lists or, without those, by all of /proc."""
    try:
        found = children(os.getpid())
    except FileNotFoundError:
        return _descendants_by_parent()
    for pid in found:
        try:
            found += children(pid)
        except OSError:
            continue
    return found


def children(pid: int) -> list[int]:
    """The children of a process. Raises OSError, also where the system keeps no such lists."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children", "rb") as children:
            found += [int(child) for child in children.read().split()]
    return found


def _descendants_by_parent() -> list[int]:
    below: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:
                parent = int(stat.read().rpartition(b")")[2].split()[1])
        except OSError:
            continue
        below.setdefault(parent, []).append(int(name))
    found = list(below.get(os.getpid(), ()))
    for pid in found:
        found += below.get(pid, ())
    return found


def resident(tree: list[int]) -> int:
    """Bytes of private and shared anonymous memory, pages of forked processes counted each time."""
    pages = 0
    for pid in tree:
        try:
            with open(f"/proc/{pid}/statm", "rb") as statm:
                _, resident, shared, *_ = statm.read().split()
        except OSError:
            continue
        pages += int(resident) - int(shared)
    return pages * os.sysconf("SC_PAGE_SIZE")


def proportional(tree: list[int]) -> int:
    """Bytes of memory, a page of several processes counted once."""
    total = 0
    for pid in tree:
        try:
            with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
                lines = [line.split() for line in rollup if line.startswith(b"Pss_Anon:")]
        except OSError:
            continue
        total += 1024 * int(lines[0][1]) if lines else 0
    return total


def oom_kills() -> int:
    """How often the kernel of the system has killed for memory, on this host."""
    try:
        with open("/proc/vmstat", "rb") as counters:
            found = [line.split() for line in counters if line.startswith(b"oom_kill ")]
    except OSError:
        return 0
    return int(found[0][1]) if found else 0


def disk_use(folders: list[str]) -> float:
    """Bytes on disk of all that lies in these folders, not following links."""
    total, left, seen = 0, list(folders), 0
    while left:
        try:
            entries = list(os.scandir(left.pop()))
        except OSError:
            continue
        seen += len(entries)
        if seen > _MOST_FILES:
            return float("inf")
        for entry in entries:
            try:
                total += 512 * entry.stat(follow_symlinks=False).st_blocks
                if entry.is_dir(follow_symlinks=False):
                    left.append(entry.path)
            except OSError:
                continue
    return total


def is_nearly_full(folder: str, reserve: int) -> bool:
    """Whether the file system of `folder` has fewer free bytes than `reserve`."""
    try:
        system = os.statvfs(folder)
    except OSError:
        return False
    return system.f_bavail * system.f_frsize < reserve
