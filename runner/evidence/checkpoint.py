"""Checkpoints of a store: a few lines for a ticket, against which its whole past is checked later.

The form is that of C2SP tlog-checkpoint: origin, number of lines, root hash; signed as a note where
a key is configured.
"""

import base64
import binascii
import re
from pathlib import Path
from socket import gethostname

from runner.errors import UsageError
from runner.evidence.merkle import root_of
from runner.evidence.signing import PublicKey, SigningKey, note_is_signed, signed_note
from runner.evidence.store_log import LOG_FILE, StoreLog, log_problems
from runner.model.frozen import frozen

_ORIGIN = "runbook-runner/evidence"


@frozen
class Checkpoint:
    """A checkpoint as it reads: the number of lines of the log, and the root of their tree."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: str


def checkpoint_text(root: Path, key: SigningKey | None) -> str:
    """The checkpoint of the store in `root` as it is now."""
    lines = StoreLog(root).lines()
    encoded = base64.b64encode(root_of(lines)).decode()
    origin = f"{_ORIGIN}/{_plain(gethostname())}"
    text = f"{origin}\n{len(lines)}\n{encoded}\n"
    return text if key is None else signed_note(text, origin, key)


def read_checkpoint(text: str) -> Checkpoint:
    """Read what `checkpoint_text` printed; white space around it does not matter.

    Raises UsageError where it is no checkpoint.
    """
    head, _, signatures = text.strip().replace("\r\n", "\n").partition("\n\n")
    lines = head.split("\n")
    try:
        origin, size, encoded = lines[:3]
        root = base64.b64decode(encoded, validate=True)
        return Checkpoint(origin, int(size), root, "\n".join(lines) + "\n", signatures)
    except (ValueError, binascii.Error) as error:
        raise UsageError(
            "that is no checkpoint",
            "Nothing was checked.",
            "it has three lines: origin, number, hash; as `runbook evidence checkpoint` prints",
        ) from error


def checkpoint_problems(
    root: Path, checkpoint: Checkpoint | None, key: PublicKey | None = None
) -> tuple[str, ...]:
    """What is missing, altered or reordered in a store, against its log and a checkpoint of it."""
    lines = StoreLog(root).lines()
    problems = list(log_problems(root, lines))
    if checkpoint is None:
        return tuple(problems)
    if key is not None and not note_is_signed(checkpoint.text, checkpoint.signatures, key):
        problems.append("the checkpoint is not signed with this key")
    if len(lines) < checkpoint.size:
        cut = f"{LOG_FILE} has {len(lines)} lines, and had {checkpoint.size} at the checkpoint"
        problems.append(cut)
    elif root_of(lines[: checkpoint.size]) != checkpoint.root:
        problems.append(f"{LOG_FILE} was rewritten before its line {checkpoint.size}")
    return tuple(problems)


def _plain(host: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "-", host) or "host"
