"""The first thing that a run does: let kernels boot while everything else is imported.

A kernel that received nothing is not a deed. Where the command is refused, it dies with the
process.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from runner.kernels.supply import ENGINE_PROCESS, KernelSupply
from runner.model.sandbox import BEST_EFFORT

COMMANDS = ("run", "verify")
_OTHERWISE = ("-h", "--help", "--sandbox", "--require-sandbox")
"""With these, no kernel is needed or one that is shut in otherwise."""


def early_kernels(words: Sequence[str], environment: Mapping[str, str]) -> KernelSupply | None:
    """Kernels that boot already, where these words of the command line are those of a run."""
    if not words or words[0] not in COMMANDS or _is_otherwise(words):
        return None
    supply = KernelSupply(environment, BEST_EFFORT.levels)
    try:
        supply.prepare()
        supply.branch_off(ENGINE_PROCESS)
    except OSError:  # said where the kernel is needed
        return None
    return supply


def _is_otherwise(words: Sequence[str]) -> bool:
    """Whether the run is none, or a runbook is named by its path and names no KEY."""
    if len(words) < 2 or any(word.partition("=")[0] in _OTHERWISE for word in words):
        return True
    return any(_names_no_key(Path(word)) for word in words[1:] if word.endswith(".md"))


def _names_no_key(runbook: Path) -> bool:
    try:
        return b"jupyter-" not in runbook.read_bytes()
    except OSError:
        return os.sep in str(runbook)
