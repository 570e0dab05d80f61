"""How much output of an execution is kept, and the mark where something was cut."""

import json
from hashlib import sha256
from typing import Any

_LONGEST_END = 65_536


class OutputTally:
    """What one cell showed: bytes of UTF-8 kept and dropped, and the digest of all of them.

    Of what is dropped, the last that was printed is kept all the same: it says how things ended.
    """

    def __init__(self, longest_end: int) -> None:
        self.kept = self.dropped = 0
        self._longest_end = longest_end
        self._end = b""
        self._digest = sha256()

    @property
    def end(self) -> str:
        """The end of what was printed and did not fit, whole lines where there are some."""
        cut = len(self._end) == self._longest_end
        whole = self._end.partition(b"\n")[2] if cut and b"\n" in self._end[:-1] else self._end
        return whole.decode("utf-8", "ignore")

    @property
    def lost(self) -> int:
        """Bytes that are nowhere in the notebook."""
        return self.dropped - len(self.end.encode())

    @property
    def digest(self) -> str:
        """The SHA-256 of all that the cell showed, kept or not, in hex."""
        return self._digest.hexdigest()

    @property
    def mark(self) -> str:
        """What stands in the notebook where output was cut; empty where none was."""
        if not self.dropped:
            return ""
        kept = self.kept + self.dropped - self.lost
        return (
            f"\n[runbook: output cut here: {kept:,} bytes kept, {self.lost:,} "
            f"bytes dropped; sha256 of all of this cell's output: {self.digest}]\n"
        )

    def drop(self, raw: bytes) -> None:
        """Keep no more of this than the end of it."""
        if self._longest_end:
            self._end = (self._end + raw[-self._longest_end :])[-self._longest_end :]

    def count(self, raw: bytes) -> None:
        """Take output into the digest."""
        self._digest.update(raw)


class OutputBudget:
    """What the cells of one execution may still keep, in bytes of UTF-8.

    Everything that a cell prints or displays is counted and hashed, also what is not kept. Beyond
    the limit the end of what each cell printed is kept: a sixteenth of the limit, at most 64 KiB.
    """

    def __init__(self, limit: int):
        self._left = limit
        self._longest_end = min(limit // 16, _LONGEST_END)
        self._tallies: dict[int, OutputTally] = {}

    @property
    def cut(self) -> dict[int, OutputTally]:
        """The cells of which something was dropped, by index."""
        return {index: tally for index, tally in self._tallies.items() if tally.dropped}

    def admit(self, index: int, kind: str, content: dict[str, Any]) -> bool:
        """Whether this output of a cell is kept. The text of a stream is shortened to what fits."""
        tally = self._tallies.setdefault(index, OutputTally(self._longest_end))
        if kind == "stream":
            return self._admit_stream(tally, content)
        raw = json.dumps(content.get("data") or content, sort_keys=True, default=str).encode()
        tally.count(raw)
        return self._spend(tally, len(raw), whole=True) > 0 or _admit_error(kind, content)

    def _admit_stream(self, tally: OutputTally, content: dict[str, Any]) -> bool:
        raw = str(content.get("text", "")).encode("utf-8", "surrogatepass")
        tally.count(raw)
        kept = self._spend(tally, len(raw), whole=False)
        if kept < len(raw):
            content["text"] = raw[:kept].decode("utf-8", "ignore")
            tally.drop(raw[kept:])
        return kept > 0

    def _spend(self, tally: OutputTally, size: int, *, whole: bool) -> int:
        kept = min(size, self._left)
        if whole and kept < size:
            kept = 0
        self._left -= kept
        tally.kept += kept
        tally.dropped += size - kept
        return kept


def _admit_error(kind: str, content: dict[str, Any]) -> bool:
    """An error is always shown, cut to what a person reads."""
    if kind != "error":
        return False
    content["evalue"] = str(content.get("evalue", ""))[:2000]
    content["traceback"] = [str(line)[:2000] for line in content.get("traceback", [])[-20:]]
    return True
