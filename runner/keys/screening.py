"""The copy of an input as it is kept: without secrets, and without the values of some columns.

What has to be taken out is taken out before the first byte of the copy is on disk. An input in
which nothing is found is copied as it is.
"""

import codecs
import gzip
import os
import zlib
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import BinaryIO

from runner.keys.column_tokens import (
    ColumnRule,
    NotRedactable,
    Tokens,
    csv_tokens,
    json_tokens,
)
from runner.model.contract import DeclaredInput
from runner.model.frozen import frozen
from runner.model.kept_out import OF_COLUMN
from runner.model.redaction import RedactedStream, Redactor
from runner.model.results import Redaction

CHUNK = 1 << 20
MOST_UNPACKED_BYTES = 4 * 1024**3
_HEAD = 1 << 16
_FICLONE = 0x40049409
_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_WIDE = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_HEADED = ("csv", "focus", "aws-cur", "metrics-wide")


@frozen
class Screen:
    """What is kept out of the copy of an input.

    `secrets` by name, in every form, and secrets of known kinds, as they stand; the values of
    `columns`, for which tokens are made with `key`. `declared` is the input of the contract.
    """

    secrets: Mapping[str, str]
    columns: tuple[ColumnRule, ...] = ()
    key: bytes = b""
    declared: DeclaredInput | None = None

    @property
    def has_rules(self) -> bool:
        """Whether something was declared that has to be taken out, so that a copy is needed."""
        return bool(self.secrets or self.columns)


KNOWN_SECRETS = Screen({})
"""Where nothing was declared."""


@frozen
class Filled:
    """What a copy holds. Digests are `sha256:` and hex; those of the original where it differs."""

    size: int
    digest: str
    original_size: int = 0
    original_digest: str = ""
    redactions: tuple[Redaction, ...] = ()
    absent: tuple[str, ...] = ()


def fill(source: BinaryIO, copy: BinaryIO, screen: Screen) -> Filled:
    """Fill the empty file `copy`. Raises NotRedactable where something cannot be taken out.

    A stream in which columns have to be found, or that is compressed, is held in memory.
    """
    if not source.seekable():
        head = source.read(_HEAD)
        if not screen.columns and _kind(head) == "plain":
            return _streamed(head, source, copy, screen)
        with _in_memory(head, source) as held:
            return fill(held, copy, screen)
    size, digest = _hashed(source)
    kind = _kind(_at_start(source).read(_HEAD))
    if kind in ("zst", "Parquet"):
        return _table_filled(source, copy, kind, screen, (size, digest))
    if screen.columns or _has_secrets(_unpacked(source, kind), screen):
        return _rewritten(source, copy, kind, screen, (size, digest))
    return _copied(source, copy, (size, digest))


def _table_filled(
    source: BinaryIO, copy: BinaryIO, kind: str, screen: Screen, original: tuple[int, str]
) -> Filled:
    """What only the engine can read."""
    from runner.keys.screened_tables import refuse_secrets, with_tokens

    tokens = Tokens(screen.columns, screen.key)
    refuse_secrets(source, kind, Redactor(screen.secrets), tokens)
    if tokens.seen:
        return _filled(with_tokens(source, copy, tokens), original, None, tokens)
    copied = _copied(source, copy, original)
    return Filled(copied.size, copied.digest, absent=tokens.absent)


def _kind(head: bytes) -> str:
    if head.startswith(_GZIP):
        return "gzip"
    if head.startswith(_ZSTD):
        return "zst"
    if head.startswith(_PARQUET):
        return "Parquet"
    return next((name for mark, name in _WIDE if head.startswith(mark)), "plain")


def _at_start(source: BinaryIO) -> BinaryIO:
    source.seek(0)
    return source


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def _hashed(source: BinaryIO) -> tuple[int, str]:
    digest, size = sha256(), 0
    for chunk in _chunks(_at_start(source)):
        digest.update(chunk)
        size += len(chunk)
    return size, "sha256:" + digest.hexdigest()


def _in_memory(head: bytes, source: BinaryIO) -> BinaryIO:
    held = os.fdopen(os.memfd_create("input"), "w+b", buffering=0)
    for chunk in (head, *_chunks(source)):
        _write_all(held, chunk)
    return held


def _unpacked(source: BinaryIO, kind: str) -> Iterator[bytes]:
    """The bytes of the text itself, in UTF-8 where its encoding is known."""
    _at_start(source)
    if kind == "plain":
        yield from _chunks(source)
    elif kind == "gzip":
        yield from _bounded(gzip.GzipFile(fileobj=source))
    else:
        yield from _encoded(source, kind)


def _bounded(file: gzip.GzipFile) -> Iterator[bytes]:
    left = MOST_UNPACKED_BYTES
    try:
        while chunk := file.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                raise NotRedactable(f"it unpacks to more than {MOST_UNPACKED_BYTES:,} bytes")
            yield chunk
    except (EOFError, OSError, zlib.error) as error:
        raise NotRedactable(f"its gzip data are broken: {error}") from None


def _encoded(source: BinaryIO, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for chunk in _chunks(source):
        yield decoder.decode(chunk).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _has_secrets(chunks: Iterator[bytes], screen: Screen) -> bool:
    redactor = Redactor(screen.secrets)
    return any(redactor.redactions for _ in _without_secrets(chunks, redactor))


def _without_secrets(chunks: Iterator[bytes], redactor: Redactor) -> Iterator[bytes]:
    stream = RedactedStream(redactor)
    for chunk in chunks:
        yield stream.feed(chunk)
    yield stream.finish()


def _streamed(head: bytes, source: BinaryIO, copy: BinaryIO, screen: Screen) -> Filled:
    """What can be read once only, looked through while it is copied."""
    original, size = sha256(), 0

    def noted() -> Iterator[bytes]:
        nonlocal size
        for chunk in (head, *_chunks(source)):
            original.update(chunk)
            size += len(chunk)
            yield chunk

    redactor = Redactor(screen.secrets)
    written = _written(_without_secrets(noted(), redactor), copy)
    was = (size, "sha256:" + original.hexdigest())
    return _filled(written, was, redactor, None)


def _rewritten(
    source: BinaryIO, copy: BinaryIO, kind: str, screen: Screen, original: tuple[int, str]
) -> Filled:
    """Columns first, then secrets; compressed again where it was."""
    tokens = Tokens(screen.columns, screen.key)
    redactor = Redactor(screen.secrets)
    chunks = _unpacked(source, kind)
    if screen.columns:
        chunks = _with_tokens(chunks, screen, tokens)
    chunks = _without_secrets(chunks, redactor)
    written = _written(_packed(chunks) if kind == "gzip" else chunks, copy)
    return _filled(written, original, redactor, tokens)


def _with_tokens(chunks: Iterator[bytes], screen: Screen, tokens: Tokens) -> Iterator[bytes]:
    from runner.kit.formats.catalog import recognise
    from runner.kit.formats.delimited import header_of
    from runner.kit.formats.format import Head

    first = next(chunks, b"")
    head = Head.of(first[:_HEAD], len(first) < _HEAD)
    declared = screen.declared or DeclaredInput("", "", ("csv", "jsonl", "json"))

    def everything() -> Iterator[bytes]:
        yield first
        yield from chunks

    if head.text.lstrip()[:1] in ("{", "["):
        return json_tokens(everything(), tokens)
    form = recognise(head, declared)
    if form is not None and form.name not in _HEADED:
        raise NotRedactable(f"it is {form.label}, which has no columns before it is read")
    text = first.decode("utf-8-sig", "surrogateescape").lstrip("\r\n")
    header = header_of(text, declared.columns)
    return csv_tokens(everything(), header.names, header.delimiter, tokens)


def _packed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=31)
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _copied(source: BinaryIO, copy: BinaryIO, original: tuple[int, str]) -> Filled:
    if _clone(source, copy):
        return Filled(*original)
    return _filled(_written(_chunks(_at_start(source)), copy), original, None, None)


def _filled(
    written: tuple[int, str],
    original: tuple[int, str],
    redactor: Redactor | None,
    tokens: Tokens | None,
) -> Filled:
    masked = redactor.redactions if redactor else ()
    counts = tokens.counts.items() if tokens else ()
    replaced = tuple(Redaction(OF_COLUMN + name, count) for name, count in counts)
    was = (0, "") if written == original else original
    return Filled(*written, *was, (*replaced, *masked), tokens.absent if tokens else ())


def _written(chunks: Iterator[bytes], copy: BinaryIO) -> tuple[int, str]:
    digest, size = sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        _write_all(copy, chunk)
    return size, "sha256:" + digest.hexdigest()


def _write_all(copy: BinaryIO, chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        left = left[copy.write(left) :]


def _clone(source: BinaryIO, copy: BinaryIO) -> bool:
    """Whether the file system shares the blocks (a reflink), which costs nothing."""
    import fcntl

    try:
        fcntl.ioctl(copy.fileno(), _FICLONE, source.fileno())
    except OSError:
        return False
    return True
