"""Looking for a secret in a store, in every encoding and inside every kind of file."""

import base64
import gzip
import html
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb

_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")
_BLANKS = re.compile(rb"\\[rn]|[\s\"',]")

ENCODINGS = """
import base64, html, json
from urllib.parse import quote
def encodings(secret):
    raw, wide = secret.encode(), secret.encode("utf-16-le")
    coded = {f"base64-{n}": base64.b64encode(b"." * n + raw + b"..").decode() for n in range(3)}
    return {
        "plain": secret,
        **coded,
        "base64url": base64.urlsafe_b64encode(raw).decode(),
        "hex": raw.hex(),
        "HEX": raw.hex().upper(),
        "url": quote(secret, safe=""),
        "json": json.dumps(secret),
        "html": html.escape(secret),
        "utf-16": base64.b64encode(wide).decode(),
        "utf-16-hex": wide.hex(),
        "base32": base64.b32encode(raw).decode(),
    }
"""
"""Source for notebooks: a dictionary of everything that a secret is written as."""


def encodings(secret: str) -> dict[str, str]:
    """The same for tests."""
    scope: dict[str, object] = {}
    exec(ENCODINGS, scope)
    made: dict[str, str] = scope["encodings"](secret)  # type: ignore[operator]
    return made


def needles(secret: str) -> dict[str, bytes]:
    """What must not be found, by the name of the encoding; made without the code under test."""
    raw = secret.encode()
    found = {
        "plain": raw,
        "utf-16-le": secret.encode("utf-16-le"),
        "utf-16-be": secret.encode("utf-16-be"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "url": quote(secret, safe="").encode(),
        "json": json.dumps(secret)[1:-1].encode(),
        "html": html.escape(secret).encode(),
        "base32": base64.b32encode(raw)[: len(raw) * 8 // 5],
        "reversed": raw[::-1],
    }
    for before in range(3):
        start = -(-before * 8 // 6)
        core = base64.b64encode(b"." * before + raw)[start : (before + len(raw)) * 8 // 6]
        found[f"base64-{before}"] = core
        found[f"base64url-{before}"] = core.replace(b"+", b"-").replace(b"/", b"_")
    wide = base64.b64encode(secret.encode("utf-16-le"))
    found["base64 of utf-16"] = wide[: len(secret) * 16 // 6]
    return found


def hits(folder: Path, secret: str) -> list[str]:
    """Every place below `folder` that holds the secret: file, how it was opened, encoding."""
    wanted = needles(secret)
    return [
        f"{path.relative_to(folder)} ({opened}): {name}"
        for path in sorted(folder.rglob("*"))
        for opened, content in _contents(path)
        for name, needle in wanted.items()
        if needle in content
    ]


def in_text(text: str, secret: str) -> list[str]:
    """The encodings of the secret in a text."""
    return [name for name, needle in needles(secret).items() if needle in text.encode()]


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    yield "its name", str(path).encode()
    if not path.is_file():
        return
    raw = path.read_bytes()
    yield "as it is", raw
    yield "without line breaks", _BLANKS.sub(b"", raw)
    for found in _BASE64.findall(raw):
        yield "base64 in it", _decoded(found)
    if raw[:2] == b"\x1f\x8b":
        yield "unpacked", gzip.decompress(raw)
    if raw[:4] == b"PAR1":
        rows = duckdb.sql(f"select columns(*)::varchar from read_parquet('{path}')")
        assert rows is not None
        yield (
            "its cells",
            "\n".join(
                str(cell) for row in (tuple(rows.columns), *rows.fetchall()) for cell in row
            ).encode(),
        )
    if raw[:15] == b"SQLite format 3":
        with sqlite3.connect(path) as database:
            yield "its rows", "\n".join(database.iterdump()).encode()
        database.close()


def _decoded(found: bytes) -> bytes:
    text = found.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    raw = (
        base64.b64decode(text + b"=" * (-len(text) % 4), validate=False)
        if len(text) % 4 != 1
        else b""
    )
    return gzip.decompress(raw) if raw[:3] == b"\x1f\x8b\x08" else raw
