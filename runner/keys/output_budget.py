"""How much output of an execution is kept, and the mark where something was cut."""

import json
from hashlib import sha256
from typing import Any

from runner.model.secret_patterns import LONGEST_MATCH

_LONGEST_END = 65_536
_BETWEEN = (b"\n", b" ")
"""Where output may be cut, the better place first."""


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
        whole = self._end
        if len(whole) == self._longest_end:
            whole = next((rest for by in _BETWEEN if (rest := whole.partition(by)[2])), whole)
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
        kept = len(raw) if len(raw) <= self._left else 0
        self._spend(tally, kept, len(raw))
        return kept > 0 or _admit_error(kind, content)

    def _admit_stream(self, tally: OutputTally, content: dict[str, Any]) -> bool:
        raw = str(content.get("text", "")).encode("utf-8", "surrogatepass")
        tally.count(raw)
        kept = len(raw) if len(raw) <= self._left else _end_of_words(raw, self._left)
        self._spend(tally, kept, len(raw))
        if kept < len(raw):
            self._left = 0
            content["text"] = raw[:kept].decode("utf-8", "ignore")
            tally.drop(raw[kept:])
        return kept > 0

    def _spend(self, tally: OutputTally, kept: int, size: int) -> None:
        self._left -= kept
        tally.kept += kept
        tally.dropped += size - kept


def _end_of_words(raw: bytes, most: int) -> int:
    """Where to cut at most there: behind a line or a word, so that no secret is cut in two."""
    near = most - min(LONGEST_MATCH, most // 4)
    ends = (raw.rfind(by, near, most) + 1 for by in _BETWEEN)
    return next(filter(None, ends), most)


def _admit_error(kind: str, content: dict[str, Any]) -> bool:
    """An error is always shown, cut to what a person reads."""
    if kind != "error":
        return False
    content["evalue"] = str(content.get("evalue", ""))[:2000]
    content["traceback"] = [str(line)[:2000] for line in content.get("traceback", [])[-20:]]
    return True
