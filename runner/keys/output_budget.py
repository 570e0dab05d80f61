"""How much output of an execution is kept, and the mark where something was cut."""

import json
from hashlib import sha256
from typing import Any

_TEXTS = ("stream", "error")


class OutputBudget:
    """What the cells of one execution may still keep, in bytes of UTF-8.

    Everything that a cell prints or displays is counted and hashed, also what is not kept.
    """

    def __init__(self, limit: int):
        self._left = limit
        self._start_count()

    def begin_cell(self) -> None:
        """Count anew for the next cell."""
        self._start_count()

    def admit(self, kind: str, content: dict[str, Any]) -> bool:
        """Whether this output is kept. The text of a stream is shortened in place to what fits."""
        if kind == "stream":
            return self._admit_stream(content)
        raw = json.dumps(content.get("data") or content, sort_keys=True, default=str).encode()
        self._digest.update(raw)
        return self._spend(len(raw), whole=True) > 0 or self._admit_error(kind, content)

    def mark(self) -> str:
        """What stands in the notebook where output of the current cell was cut; empty if none."""
        if not self._dropped:
            return ""
        return (
            f"[runbook: output cut here: {self._kept:,} bytes kept, {self._dropped:,} bytes "
            f"dropped; sha256 of all of this cell's output: {self._digest.hexdigest()}]\n"
        )

    def _start_count(self) -> None:
        self._kept = self._dropped = 0
        self._digest = sha256()

    def _admit_stream(self, content: dict[str, Any]) -> bool:
        raw = str(content.get("text", "")).encode("utf-8", "surrogatepass")
        self._digest.update(raw)
        kept = self._spend(len(raw), whole=False)
        if kept < len(raw):
            content["text"] = raw[:kept].decode("utf-8", "ignore")
        return kept > 0

    def _admit_error(self, kind: str, content: dict[str, Any]) -> bool:
        """An error is always shown, cut to what a person reads."""
        if kind != "error":
            return False
        content["evalue"] = str(content.get("evalue", ""))[:2000]
        content["traceback"] = [str(line)[:2000] for line in content.get("traceback", [])[-20:]]
        return True

    def _spend(self, size: int, *, whole: bool) -> int:
        kept = min(size, self._left)
        if whole and kept < size:
            kept = 0
        self._left -= kept
        self._kept += kept
        self._dropped += size - kept
        return kept
