"""Values of columns replaced by tokens in CSV and JSON, every other byte as it was.

The same value has the same token in every input, whatever its format, so that joins and counts stay
what they were. A token is keyed: without the key nobody can try whose value it is.
"""

import json
import re
from collections.abc import Iterator
from hashlib import sha256

from runner.model.contract import plain_name
from runner.model.frozen import frozen

MOST_RECORD_BYTES = 32 * 1024 * 1024
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class NotRedactable(Exception):
    """The columns of this file cannot be told apart, and why."""


@frozen
class ColumnRule:
    """A column whose values are not kept, and all names under which exports carry it.

    `is_expected` says that its absence is worth a word.
    """

    name: str
    names: tuple[str, ...]
    is_expected: bool = True

    def is_called(self, name: str) -> bool:
        """Whether a column of a file is the one."""
        return plain_name(name) in {plain_name(one) for one in self.names}

    def is_field(self, name: str) -> bool:
        """Whether a field of an object is the one, wherever the object stands."""
        wanted = {plain_name(one.rpartition(".")[2]) for one in self.names}
        return self.is_called(name) or plain_name(name) in wanted


class Tokens:
    """Makes tokens with `key`, text in hexadecimal, and counts the values that were replaced."""

    def __init__(self, rules: tuple[ColumnRule, ...], key: bytes):
        self.rules = rules
        self.key = key
        self._by_field: dict[str, ColumnRule | None] = {}
        self.counts: dict[str, int] = {}
        self.seen: set[str] = set()

    def of(self, value: str) -> str:
        """The token of a value; what stands around it does not count."""
        raw = value.strip().encode("utf-8", "surrogateescape")
        return "redacted-" + sha256(self.key + raw).hexdigest()[:16]

    def replaced(self, rule: ColumnRule, value: str) -> str:
        """The token of a value of that column, counted; nothing for no value."""
        if not value.strip():
            return value
        self.counts[rule.name] = self.counts.get(rule.name, 0) + 1
        return self.of(value)

    def column(self, name: str) -> ColumnRule | None:
        """The rule for a column of that name."""
        return self._noted(next((rule for rule in self.rules if rule.is_called(name)), None))

    def field(self, name: str) -> ColumnRule | None:
        """The rule for a field of that name."""
        if name not in self._by_field:
            found = next((rule for rule in self.rules if rule.is_field(name)), None)
            self._by_field[name] = self._noted(found)
        return self._by_field[name]

    @property
    def absent(self) -> tuple[str, ...]:
        """The columns that were expected and never seen."""
        return tuple(r.name for r in self.rules if r.is_expected and r.name not in self.seen)

    def _noted(self, rule: ColumnRule | None) -> ColumnRule | None:
        if rule is not None:
            self.seen.add(rule.name)
        return rule


def csv_tokens(
    chunks: Iterator[bytes], names: tuple[str, ...], delimiter: str, tokens: Tokens
) -> Iterator[bytes]:
    """The CSV with tokens; its header has these names.

    Of a record with another number of fields all fields are replaced, since nobody can say which
    is which. Raises NotRedactable where a quote is not closed.
    """
    mark = re.escape(delimiter.encode())
    field = rb'(?:"[^"]*(?:""[^"]*)*"[^%b\r\n"]*|[^%b"\r\n][^%b\r\n]*|)' % (mark, mark, mark)
    record = re.compile(rb"(%b(?:%b%b)*)(\r\n|\n|\r|\Z)" % (field, mark, field))
    split = re.compile(rb"(%b)(%b|\Z)" % (field, mark))
    rules = [tokens.column(name) for name in names]
    is_header = True
    for text, end in _records(chunks, record):
        if is_header and text.strip(b"\xef\xbb\xbf \t"):
            is_header = False
            yield text + end
            continue
        fields = _fields(text, split)
        ragged = len(fields) != len(rules)
        by = [_ANY] * len(fields) if ragged else rules
        made = [_csv_token(f, rule, tokens) for f, rule in zip(fields, by, strict=True)]
        yield delimiter.encode().join(made) + end


_ANY = ColumnRule("fields of records that do not fit", ())


def _records(chunks: Iterator[bytes], record: "re.Pattern[bytes]") -> Iterator[tuple[bytes, bytes]]:
    held = b""
    for chunk in chunks:
        held += chunk
        at = 0
        while (found := record.match(held, at)) and found.end() < len(held):
            yield found[1], found[2]
            at = found.end()
        held = held[at:]
        if len(held) > MOST_RECORD_BYTES:
            raise NotRedactable(f"a record is longer than {MOST_RECORD_BYTES:,} bytes")
    at = 0
    while at < len(held):
        found = record.match(held, at)
        if found is None:
            raise NotRedactable('a quote (") is opened and never closed, or stands within a value')
        yield found[1], found[2]
        at = found.end()


def _fields(text: bytes, split: "re.Pattern[bytes]") -> list[bytes]:
    fields = []
    for found in split.finditer(text):
        fields.append(found[1])
        if not found[2]:
            break
    return fields


def _csv_token(field: bytes, rule: ColumnRule | None, tokens: Tokens) -> bytes:
    if rule is None:
        return field
    text = field.decode("utf-8", "surrogateescape").strip()
    if text[:1] == '"':
        text = text[1:].removesuffix('"').replace('""', '"')
    made = tokens.replaced(rule, text)
    return made.encode() if made != text else field


def json_tokens(chunks: Iterator[bytes], tokens: Tokens) -> Iterator[bytes]:
    """JSON lines, or one JSON document, with tokens for fields of any depth.

    A line that is no JSON is replaced as a whole. Raises NotRedactable where the document is none.
    """
    lines = _lines(chunks)
    first = next((line for line in lines if line.strip(b"\xef\xbb\xbf \t\r\n")), b"")
    mark = b"\xef\xbb\xbf" if first.startswith(b"\xef\xbb\xbf") else b""
    if not _is_json(first):
        whole = first + b"".join(lines)
        if not _is_json(whole):
            raise NotRedactable("it is broken JSON")
        yield mark + _json_tokens(_text(whole), tokens).encode("utf-8", "surrogateescape")
        return
    yield mark
    for line in _chained(first, lines):
        if _is_json(line) or not line.strip():
            yield _json_tokens(_text(line), tokens).encode("utf-8", "surrogateescape")
        else:
            made = tokens.replaced(_ANY, _text(line))
            yield json.dumps(made).encode() + b"\n"


def _chained(first: bytes, lines: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from lines


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held = b""
    for chunk in chunks:
        *whole, held = (held + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if held:
        yield held


def _text(raw: bytes) -> str:
    return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(_text(raw))
    except (ValueError, RecursionError):
        return False
    return True


def _json_tokens(text: str, tokens: Tokens) -> str:
    """JSON that is known to be sound, with tokens."""
    pieces: list[str] = []
    done = at = 0
    while found := _STRING.search(text, at):
        at = _after_blank(text, found.end())
        if text[at : at + 1] != ":":
            continue
        written = found[0]
        name = str(json.loads(written, strict=False)) if "\\" in written else written[1:-1]
        at += 1
        if (rule := tokens.field(name)) is None:
            continue
        start = _after_blank(text, at)
        value, at = _DECODER.raw_decode(text, start)
        if value is not None:
            said = value if isinstance(value, str) else text[start:at]
            pieces += [text[done:start], json.dumps(tokens.replaced(rule, said))]
            done = at
    return "".join([*pieces, text[done:]])


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
