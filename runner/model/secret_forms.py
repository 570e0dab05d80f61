"""The forms that a secret can take in what is written: as it is, and in the usual encodings."""

import html
import json
from base64 import b32encode, b64encode
from collections.abc import Callable, Iterator
from urllib.parse import quote, quote_plus

_SHORTEST = 4
"""Bytes of a form; less is too little to be told from other text."""


def secret_forms(secret: str) -> tuple[bytes, ...]:
    """Every form, the longest first.

    In the clear, in UTF-16, in JSON, Python, HTML (and two of these) and URLs, in hexadecimal,
    base32 and base64 (both alphabets, wherever it stands in what was encoded), and UTF-16 in base64
    and hexadecimal.
    """
    found = {form for form in _forms(secret) if len(form) >= _SHORTEST}
    return tuple(sorted(found, key=len, reverse=True))


def _forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode("utf-8", "surrogateescape")
    wide = [secret.encode(name, "surrogatepass") for name in ("utf-16-le", "utf-16-be")]
    yield raw
    yield from wide
    yield from _in_texts(secret, raw)
    for coded in (raw, *wide):
        yield from (coded.hex().encode(), coded.hex().upper().encode())
        yield from _in_base(b64encode, 6, coded)
    yield from _in_base(b32encode, 5, raw)


def _in_texts(secret: str, raw: bytes) -> Iterator[bytes]:
    clear = secret.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    for escaped in (
        json.dumps(secret)[1:-1],
        json.dumps(clear, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret)[1:-1])[1:-1],
        repr(secret)[1:-1],
        html.escape(clear),
        html.escape(clear, quote=False),
    ):
        for written in (escaped, json.dumps(escaped)[1:-1], html.escape(escaped)):
            yield written.encode("utf-8", "replace")
    for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw), quote(quote(raw, safe=""))):
        yield quoted.encode()
        yield _lower_escapes(quoted)


def _lower_escapes(quoted: str) -> bytes:
    first, *rest = quoted.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in rest)]).encode()


def _in_base(encode: Callable[[bytes], bytes], bits: int, raw: bytes) -> Iterator[bytes]:
    """The part of an encoded text that the secret alone decides, at each place it can have."""
    for before in range(5 if bits == 5 else 3):
        coded = encode(b"\0" * before + raw)
        start = -(-before * 8 // bits)
        part = coded[start : (before + len(raw)) * 8 // bits]
        yield part
        if bits == 6:
            yield part.replace(b"+", b"-").replace(b"/", b"_")
