"""Whether a zst file is whole: the engine reads a cut-off one without a word (RFC 8878)."""

from pathlib import Path
from typing import BinaryIO

_FRAME = 0xFD2FB528
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_DICTIONARY_BYTES = (0, 1, 2, 4)
_SIZE_BYTES = (0, 2, 4, 8)
_RUN_LENGTH_BLOCK = 1


class CutOff(Exception):
    """The file ends within a frame, or holds something that is no frame."""


def check_whole(path: Path) -> None:
    """Walk all frames and blocks without decompressing them. Raises CutOff."""
    with path.open("rb") as file:
        while head := file.read(4):
            magic = int.from_bytes(head, "little")
            if len(head) == 4 and magic in _SKIPPABLE:
                _skip(file, int.from_bytes(_exactly(file, 4), "little"))
            elif len(head) == 4 and magic == _FRAME:
                _walk_frame(file)
            else:
                raise CutOff("bytes follow the data that are no zst frame")


def _walk_frame(file: BinaryIO) -> None:
    descriptor = _exactly(file, 1)[0]
    single_segment = bool(descriptor & 0x20)
    size_bytes = _SIZE_BYTES[descriptor >> 6] or (1 if single_segment else 0)
    window_bytes = 0 if single_segment else 1
    _skip(file, window_bytes + _DICTIONARY_BYTES[descriptor & 3] + size_bytes)
    last = False
    while not last:
        header = int.from_bytes(_exactly(file, 3), "little")
        last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        _skip(file, 1 if kind == _RUN_LENGTH_BLOCK else size)
    _skip(file, 4 if descriptor & 0x04 else 0)


def _skip(file: BinaryIO, count: int) -> None:
    if count:
        file.seek(count - 1, 1)
        _exactly(file, 1)


def _exactly(file: BinaryIO, count: int) -> bytes:
    found = file.read(count)
    if len(found) < count:
        raise CutOff("the file ends in the middle of its data")
    return found
