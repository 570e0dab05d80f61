"""The limits of an execution in the terms of the operating system."""

import resource

from runner.model.contract import Limits

_OPEN_FILES = 4096
"""Files and sockets that one process of a KEY may hold open."""
GRACE_SECONDS = 1.0
"""Between the interrupt at the wall limit and the kill."""


def resource_limits(limits: Limits) -> tuple[tuple[int, int], ...]:
    """The resource limits of each process, as pairs of resource and value (setrlimit(2)).

    Memory is RLIMIT_DATA: heap and private mappings, not files that are mapped, so an allocation
    beyond it fails as MemoryError in the cell. The memory and the number of processes of the whole
    tree are watched by the guardian, since RLIMIT_NPROC counts everything of a user.
    """
    return (
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    )


def guardian_lines(limits: Limits) -> tuple[str, ...]:
    """What the guardian is told. Its own deadline is later than the runner's interrupt and kill."""
    lines = [f"limit {number} {value}" for number, value in resource_limits(limits)]
    deadline = limits.wall_seconds + 2 * GRACE_SECONDS
    watched = (limits.memory_bytes, limits.processes, limits.disk_bytes, deadline)
    return (*lines, "watch " + " ".join(map(str, watched)))
