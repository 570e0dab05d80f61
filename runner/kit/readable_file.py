"""Any file as one that the engine reads: decompressed within bounds, in UTF-8, of a known shape."""

import codecs
import gzip
import mmap
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from runner.kit.quoting import literal
from runner.kit.refusal import InputRefused
from runner.kit.zstd_frames import CutOff, check_whole
from runner.model.contract import ColumnSpec, DeclaredInput, absent, match_columns
from runner.model.frozen import frozen
from runner.model.safe_text import safe_line

CHUNK = 1 << 20
HEAD_BYTES = 1 << 16
MOST_LINE_BYTES = 32 * 1024 * 1024
LINE_LIMITS = f"max_line_size = {MOST_LINE_BYTES}, buffer_size = {MOST_LINE_BYTES}"


@frozen
class SourceFile:
    """A file to be loaded: the input it stands for, its path, and the most bytes it may unpack to.

    `scratch` is a private folder that outlives the loading.
    """

    name: str
    path: Path
    scratch: Path
    most_bytes: int

    def refused(self, happened: str, hint: str = "") -> InputRefused:
        """The exception that says why this file is not loaded."""
        return InputRefused(self.name, str(self.path), happened, hint)

    def refuse_wrong_shape(self, declared: DeclaredInput, found: tuple[str, ...]) -> None:
        """Raise InputRefused where these columns are not those that the input needs."""
        matched, missing, ambiguous = match_columns(declared.columns, found)
        if missing or ambiguous or (declared.columns and not matched):
            faults = [f"no column `{name}`" for name in absent(declared, missing, found)]
            faults += [f"several columns for `{name}`" for name in ambiguous]
            faults += [] if faults else ["none of the columns"]
            needed = [column for column in declared.columns if column.required]
            wanted = ", ".join(_described(column) for column in needed or declared.columns)
            shown = ", ".join(f"`{safe_line(name):.40}`" for name in found[:40]) or "none"
            happened = f"it has {', '.join(faults)}\n  Columns found:  {shown}"
            happened += f"\n  Columns wanted: {wanted}"
            hint = f"give the {declared.label} with these columns in its first line"
            raise self.refused(happened, hint)


@frozen
class PlainFile:
    """A plain UTF-8 (or Parquet) copy or original, and its first HEAD_BYTES."""

    path: Path
    head: bytes


def plain_file(source: SourceFile, con: Any) -> PlainFile:
    """The file made plain. Raises InputRefused for what is not a readable, non-empty file."""
    plain = _unpacked(source, con, _head(source, source.path))
    head = _head(source, plain)
    if head.startswith(b"PAR1"):
        return PlainFile(plain, head)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            plain = rewritten(source, plain, encoding)
            head = _head(source, plain)
            break
    if _is_binary(head[:1024]):
        raise source.refused("it is a binary file", "export the data as CSV or JSON lines")
    if not head.strip():
        raise source.refused("it begins with nothing but blank lines", "export it again")
    return PlainFile(plain, head)


def rewritten(source: SourceFile, path: Path, encoding: str) -> Path:
    """A UTF-8 copy without byte order marks, in which every line ends in a line feed."""
    made = source.scratch / f"{source.name}.{encoding}.plain"
    try:
        with path.open(encoding=encoding, newline=None) as old, made.open("w", newline="\n") as new:
            new.write(old.read(CHUNK).lstrip("\ufeff"))
            while text := old.read(CHUNK):
                new.write(text)
    except UnicodeError as error:
        raise source.refused(f"its bytes are not {encoding.upper()}: {error}") from None
    return made


def refuse_endless_lines(source: SourceFile, path: Path) -> None:
    """Raise InputRefused where a line is longer than the engine reads: it would be lost."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        begin = 0
        while len(text) - begin > MOST_LINE_BYTES:
            behind = begin + MOST_LINE_BYTES
            end = text.rfind(b"\n", begin, behind)
            if end < 0 and (end := text.rfind(b"\r", begin, behind)) < 0:
                raise source.refused(
                    f"line {_line_at(text, begin)} is longer than {MOST_LINE_BYTES >> 20} MiB",
                    "it is no record; look at that line, and export again",
                )
            begin = end + 1


def _line_at(text: mmap.mmap, place: int) -> int:
    """The number of the line that begins there, from 1."""
    ends = [0, 0]
    for begin in range(0, place, CHUNK):
        part = text[begin : min(begin + CHUNK, place)]
        ends = [ends[0] + part.count(b"\n"), ends[1] + part.count(b"\r")]
    return 1 + (ends[0] or ends[1])


def is_utf8(path: Path) -> bool:
    """Whether every byte of the file reads as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_binary(head: bytes) -> bool:
    """Whether it is no text: many NUL bytes, as in UTF-16 without a mark, or many control codes."""
    if head.count(0) * 20 > len(head):
        return True
    text = head.decode("utf-8", "replace")
    if "\ufffd" not in text[:-4]:
        return False
    controls = sum(byte < 9 or 13 < byte < 32 or 127 <= byte < 160 for byte in head)
    return controls * 10 > len(head)


_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
_ARCHIVES = ((b"PK\x03\x04", "zip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"7z\xbc", "7z"))


def _head(source: SourceFile, path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise source.refused("it is a folder or a device, not a file")
        if status.st_size == 0:
            hint = "export it again; an empty file is not the same as no events"
            raise source.refused("it holds 0 bytes", hint)
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise source.refused(
            "there is no such file", f"the working folder is {Path.cwd()}"
        ) from None
    except OSError as error:
        raise source.refused(f"it cannot be read: {error.strerror}") from None


def _unpacked(source: SourceFile, con: Any, head: bytes) -> Path:
    for mark, kind in _ARCHIVES:
        if head.startswith(mark):
            raise source.refused(f"it is a {kind} archive", "unpack it and give the file inside")
    if not head.startswith((_GZIP, _ZSTD)):
        return source.path
    chunks = _gunzipped(source) if head.startswith(_GZIP) else zst_lines(source, con)
    made, size = source.scratch / f"{source.name}.unpacked", 0
    with made.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > source.most_bytes:
                made.unlink()
                happened = f"it unpacks to more than {source.most_bytes:,} bytes"
                raise source.refused(happened, "export a shorter time, or raise limits.file_bytes")
            file.write(chunk)
    return made


def _gunzipped(source: SourceFile) -> Iterator[bytes]:
    try:
        with gzip.open(source.path) as file:
            while chunk := file.read(CHUNK):
                yield chunk
    except (EOFError, OSError, zlib.error) as error:
        hint = "download it again; it is cut off or damaged"
        raise source.refused(f"its gzip data are broken: {error}", hint) from None


def zst_lines(source: SourceFile, con: Any) -> Iterator[bytes]:
    """The lines of a zst file, by the engine's own decompressor: one column, nothing quoted."""
    query = (
        f"from read_csv({literal(source.path)}, columns = {{'line': 'VARCHAR'}}, delim = '\x01', "
        "quote = '', escape = '', header = false, auto_detect = false, compression = 'zstd', "
        f"{LINE_LIMITS}, parallel = false)"
    )
    try:
        check_whole(source.path)
        yield from _lines(con.execute(query))
    except CutOff as error:
        hint = "download it again; it is cut off or damaged"
        raise source.refused(f"its zst data are broken: {error}", hint) from None
    except Exception as error:
        happened = f"its zst data are broken, or not UTF-8: {str(error).splitlines()[0]:.200}"
        raise source.refused(happened, "unpack it with zstd -d and give the file inside") from None


def _lines(result: Any) -> Iterator[bytes]:
    while rows := result.fetchmany(10_000):
        yield "".join(f"{line or ''}\n" for (line,) in rows).encode()


def _described(column: ColumnSpec) -> str:
    also = f" (or {', '.join(f'`{n}`' for n in column.aliases[:4])})" if column.aliases else ""
    return f"`{column.name}`{also}"
