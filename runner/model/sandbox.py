"""How far the process of a KEY is shut in."""

from enum import Enum

from runner.model.frozen import frozen


class SandboxLevel(Enum):
    """The levels, the best first."""

    STRICT = "strict"
    """No network, a read-only system, nothing of other homes, only its own processes."""
    LANDLOCK = "landlock"
    """The same files and no TCP, by rules of the kernel; other processes can be seen."""
    RLIMITS = "rlimits"
    """Limits and the allow-list of the environment; files and network are the user's."""

    def is_at_least(self, other: "SandboxLevel") -> bool:
        """Whether it bounds no less than the other."""
        levels = list(SandboxLevel)
        return levels.index(self) <= levels.index(other)

    def and_weaker(self) -> tuple["SandboxLevel", ...]:
        """This level and all below it, the best first."""
        return tuple(level for level in SandboxLevel if self.is_at_least(level))


@frozen
class Sandbox:
    """The level that a kernel reached, whether it had the network, and why not a better one."""

    level: SandboxLevel
    network: bool = False
    why: str = ""


@frozen
class SandboxPolicy:
    """The best level that is tried, and whether a weaker one will not do."""

    best: SandboxLevel = SandboxLevel.STRICT
    is_required: bool = False

    @property
    def levels(self) -> tuple[SandboxLevel, ...]:
        """The levels that will do, the best first."""
        return (self.best,) if self.is_required else self.best.and_weaker()


BEST_EFFORT = SandboxPolicy()
"""The best level that can be had."""
