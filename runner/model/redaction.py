"""Taking secrets out of texts and files that are about to be kept, and counting them.

Two kinds are found: those that were declared, in every form, and those of known kinds
(`secret_patterns`), as they stand.
"""

import re
from collections.abc import Iterable, Mapping
from copy import copy

from runner.model.results import Redaction
from runner.model.secret_forms import secret_forms
from runner.model.secret_patterns import LONGEST_MATCH, FoundSecret, apart, known_secrets

_BREAKABLE = re.compile(rb"[A-Za-z0-9+/=_-]+")
_BREAK = rb"(?:\\r)?(?:\\n|\r?\n)?"
"""What encoders put between two characters of a long line, also in JSON."""
_MOST_BREAKS = 6
"""Bytes that a form grows to at most for each of its own."""
MASK = "[masked: "
"""What stands in the place of a secret begins so; its name follows, and `]`."""


class Redactor:
    """Replaces secrets by `[masked: NAME]`. Pure but for its counts."""

    def __init__(self, secrets: Mapping[str, str]):
        """Declared secrets by name; short ones are found where they are not meant."""
        self._names = tuple(secrets)
        self._counts = dict.fromkeys(self._names, 0)
        forms = [secret_forms(secret) for secret in secrets.values()]
        groups = [b"(" + b"|".join(map(_pattern, some)) + b")" for some in forms]
        self._pattern = re.compile(b"|".join(groups)) if groups else None
        longest = max((len(form) for some in forms for form in some), default=0)
        self.longest = max(LONGEST_MATCH, longest * _MOST_BREAKS)

    @property
    def has_declared(self) -> bool:
        """Whether there are declared secrets, which stand in encoded forms too."""
        return self._pattern is not None

    @property
    def redactions(self) -> tuple[Redaction, ...]:
        """What was taken out so far: declared secrets as they were given, then known kinds."""
        return tuple(Redaction(name, count) for name, count in self._counts.items() if count)

    def afresh(self) -> "Redactor":
        """One for the same secrets that has counted none."""
        made = copy(self)
        made._counts = dict.fromkeys(self._names, 0)
        return made

    def text(self, text: str) -> str:
        """The text without secrets."""
        raw = text.encode("utf-8", "surrogatepass")
        redacted = self.raw(raw)
        return text if redacted is raw else redacted.decode("utf-8", "surrogatepass")

    def raw(self, raw: bytes) -> bytes:
        """The bytes without secrets; the same object where there are none."""
        return self.until(raw, len(raw))[0] if self.finds(raw) else raw

    def finds(self, raw: bytes) -> bool:
        """Whether there is a secret in the bytes."""
        return any(True for _ in self._spans(raw))

    def until(self, raw: bytes, end: int) -> tuple[bytes, int]:
        """The bytes up to `end` without secrets, and how many that were.

        They are more where one that begins before `end` goes on behind it.
        """
        pieces: list[bytes] = []
        done = 0
        for found in self._spans(raw):
            if found.start >= end:
                break
            pieces += [raw[done : found.start], f"{MASK}{found.rule}]".encode()]
            self._counts[found.rule] = self._counts.get(found.rule, 0) + 1
            done = found.end
        end = max(done, end)
        return b"".join([*pieces, raw[done:end]]), end

    def tree(self, value: object) -> object:
        """The same for every text, also the keys, of what JSON can hold; changed in place."""
        match value:
            case str():
                return self.text(value)
            case list():
                value[:] = [self.tree(item) for item in value]
            case dict():
                for key in list(value):
                    value[self.text(key)] = self.tree(value.pop(key))
        return value

    def _spans(self, raw: bytes) -> Iterable[FoundSecret]:
        """Where secrets stand, in order; of two that overlap, both are in the first one's span."""
        known = known_secrets(raw)
        if self._pattern is None:
            return known
        declared = [
            FoundSecret(self._names[(found.lastindex or 1) - 1], found.start(), found.end())
            for found in self._pattern.finditer(raw)
        ]

        def declared_first(last: FoundSecret, one: FoundSecret) -> str:
            return one.rule if one in declared else last.rule

        return apart([*declared, *known], declared_first)


class RedactedStream:
    """Takes secrets out of a stream of bytes, also where one is cut between two chunks."""

    def __init__(self, redactor: Redactor):
        self._redactor = redactor
        self._held = b""

    def feed(self, chunk: bytes) -> bytes:
        """What can be let go by now; the end is held back as long as a secret may begin in it."""
        self._held += chunk
        longest = self._redactor.longest
        return self._release(len(self._held) - longest) if len(self._held) > 2 * longest else b""

    def finish(self) -> bytes:
        """The rest."""
        return self._release(len(self._held))

    def _release(self, end: int) -> bytes:
        released, end = self._redactor.until(self._held, end)
        self._held = self._held[end:]
        return released


def _pattern(form: bytes) -> bytes:
    """A form as it is, or broken into lines where it could be an encoding."""
    if len(form) < 16 or not _BREAKABLE.fullmatch(form):
        return re.escape(form)
    return _BREAK.join(re.escape(form[at : at + 1]) for at in range(len(form)))
