"""Which levels of the sandbox this machine has. What it has not is skipped, and says so."""

import os

import pytest

from runner.kernels.boxing import Boxing, Shown
from runner.kernels.bubblewrap import find_bubblewrap
from runner.kernels.launch import launch_kernel
from runner.model.sandbox import SandboxLevel


def is_reachable(level: SandboxLevel) -> bool:
    """Whether a kernel here can be shut in at this level."""
    kernel = launch_kernel(os.environ, Boxing((level,), shown=Shown()))
    try:
        return kernel.sandbox() is not None
    finally:
        kernel.kill()
        kernel.wait_until_gone(5)


def has_bubblewrap() -> bool:
    """Whether bubblewrap is installed here and may make a box."""
    return bool(find_bubblewrap())


def _needs(level: SandboxLevel) -> pytest.MarkDecorator:
    reason = f"absent here: the sandbox level {level.value}"
    return pytest.mark.skipif(not is_reachable(level), reason=reason)


NEEDS_STRICT = _needs(SandboxLevel.STRICT)
NEEDS_BUBBLEWRAP = pytest.mark.skipif(not has_bubblewrap(), reason="absent here: bubblewrap")
NEEDS_LANDLOCK = _needs(SandboxLevel.LANDLOCK)
