"""What is on a disk after the power failed: what was synced, and of the rest as little as may be.

A file's content is safe as of its last sync, a name as of the last sync of its folder. Of all that
came later a disk may keep everything, nothing, or parts in any order.
"""

import base64
import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.calls import SYNCS, Watch

VARIANTS = ("dropped", "named", "torn", "reordered")
"""Nothing unsynced is there; names are, without content; half of it; the second half alone."""
Tree = dict[str, str | None]
"""Contents in base64 by path below the root; None for a folder."""


class PowerFailure(Watch):
    """Keeps what is safe; behind the `number`th call it tells what is left, and dies."""

    def __init__(self, root: Path, number: int, variant: str, emit: Callable[[bytes], None]):
        self._root, self._left, self._variant, self._emit = root, number, variant, emit
        self.heeds_syncs = True
        self._contents: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self._folders: set[int] = set()
        for folder in (root, *(path for path in root.rglob("*") if path.is_dir())):
            self._keep_names(folder)
        for file in (path for path in root.rglob("*") if path.is_file()):
            self._contents[file.stat().st_ino] = file.read_bytes()

    def saw(self, name: str, args: tuple[Any, ...], result: Any) -> None:
        """A sync makes something safe; then the power may fail."""
        if name in SYNCS and self.heeds_syncs:
            self._keep(Path(f"/proc/self/fd/{args[0]}"))
        self._left -= 1
        if self._left == 0:
            tree = self._safe() if self._variant == "dropped" else self._present()
            self._emit(b"P " + json.dumps(tree).encode() + b"\n")
            os.kill(os.getpid(), signal.SIGKILL)
            threading.Event().wait()  # the kill is on its way

    def _keep(self, opened: Path) -> None:
        if opened.is_dir():
            self._keep_names(opened)
        else:
            self._contents[opened.stat().st_ino] = opened.read_bytes()

    def _keep_names(self, folder: Path) -> None:
        found = {path.name: path for path in folder.iterdir()}
        self._names[folder.stat().st_ino] = {n: p.lstat().st_ino for n, p in found.items()}
        self._folders |= {path.lstat().st_ino for path in found.values() if path.is_dir()}

    def _safe(self) -> Tree:
        tree: Tree = {}

        def add(folder: int, path: str) -> None:
            for name, number in self._names.get(folder, {}).items():
                below = f"{path}{name}"
                if number in self._folders:
                    tree[below] = None
                    add(number, f"{below}/")
                else:
                    tree[below] = _coded(self._contents.get(number, b""))

        add(self._root.stat().st_ino, "")
        return tree

    def _present(self) -> Tree:
        tree: Tree = {}
        for path in sorted(self._root.rglob("*")):
            below = str(path.relative_to(self._root))
            tree[below] = None if path.is_dir() else _coded(self._left_of(path))
        return tree

    def _left_of(self, file: Path) -> bytes:
        safe = self._contents.get(file.stat().st_ino, b"")
        now = file.read_bytes()
        if not now.startswith(safe):
            return safe
        rest = now[len(safe) :]
        half = len(rest) // 2
        match self._variant:
            case "torn":
                return safe + rest[:half]
            case "reordered":
                return safe + b"\0" * half + rest[half:]
        return safe


def write_tree(tree: Tree, root: Path) -> None:
    """Put what was left there, in the place of what is."""
    for path, content in tree.items():
        if content is None:
            (root / path).mkdir(exist_ok=True)
        else:
            (root / path).write_bytes(base64.b64decode(content))


def _coded(content: bytes) -> str:
    return base64.b64encode(content).decode()
