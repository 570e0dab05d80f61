"""What is kept of a command's output: its beginning and its end, masked, with all of it counted."""

from collections import deque
from hashlib import sha256

from runner.model.commands import CommandEnd, CommandResult
from runner.model.masking import Mask

MOST_BYTES = 1 << 20
_HALF = MOST_BYTES // 2
_EXCERPT_LINES = 40
_EXCERPT_CHARACTERS = 4000


class KeptOutput:
    """Takes the output chunk by chunk; at most `MOST_BYTES` of it stay in memory."""

    def __init__(self, mask: Mask):
        self._mask = mask
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._dropped = 0
        self._digest = sha256()

    def feed(self, chunk: bytes) -> None:
        """More output."""
        self._keep(self._mask.feed(chunk))

    def finish(self) -> None:
        """There is no more."""
        self._keep(self._mask.finish())

    @property
    def kept(self) -> bytes:
        """What goes to disk, with a mark where something is left out."""
        mark = (
            f"\n[... {self._dropped} bytes are not kept ...]\n".encode() if self._dropped else b""
        )
        return bytes(self._head) + mark + b"".join(self._tail)

    def result(
        self, end: CommandEnd, exit_code: int | None, seconds: float, file: str
    ) -> CommandResult:
        """The result of the command whose output this is."""
        return CommandResult(
            end=end,
            exit_code=exit_code,
            seconds=round(seconds, 3),
            bytes_kept=len(self._head) + self._tail_size,
            bytes_dropped=self._dropped,
            digest="sha256:" + self._digest.hexdigest(),
            masked=self._mask.count,
            file=file,
            excerpt=self._excerpt(),
        )

    def _keep(self, masked: bytes) -> None:
        self._digest.update(masked)
        room = _HALF - len(self._head)
        self._head += masked[:room]
        rest = masked[room:]
        if rest:
            self._tail.append(rest)
            self._tail_size += len(rest)
        while self._tail_size > _HALF:
            over = self._tail_size - _HALF
            first = self._tail.popleft()
            if len(first) > over:
                self._tail.appendleft(first[over:])
            gone = min(over, len(first))
            self._tail_size -= gone
            self._dropped += gone

    def _excerpt(self) -> str:
        text = self.kept[-4 * _EXCERPT_CHARACTERS :].decode("utf-8", "replace")
        lines = text.rstrip("\n").split("\n")[-_EXCERPT_LINES:]
        return "\n".join(lines)[-_EXCERPT_CHARACTERS:]
