"""Taking secrets out of texts and files that are about to be kept, and counting them."""

import re
from collections.abc import Mapping

from runner.model.results import Redaction
from runner.model.secret_forms import secret_forms

_BREAKABLE = re.compile(rb"[A-Za-z0-9+/=_-]+")
_BREAK = rb"(?:\\r)?(?:\\n|\r?\n)?"
"""What encoders put between two characters of a long line, also in JSON."""


class Redactor:
    """Replaces every form of some secrets by `[masked: NAME]`. Pure but for its counts."""

    def __init__(self, secrets: Mapping[str, str]):
        """Secrets by name; short ones are found where they are not meant."""
        self._names = tuple(secrets)
        self._counts = dict.fromkeys(self._names, 0)
        groups = [
            b"(" + b"|".join(_pattern(form) for form in secret_forms(secret)) + b")"
            for secret in secrets.values()
        ]
        self._pattern = re.compile(b"|".join(groups)) if groups else None

    @property
    def redactions(self) -> tuple[Redaction, ...]:
        """What was taken out so far, in the order in which the secrets were given."""
        return tuple(Redaction(name, count) for name, count in self._counts.items() if count)

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._pattern is None:
            return text
        raw = text.encode("utf-8", "surrogatepass")
        redacted = self.raw(raw)
        return text if redacted is raw else redacted.decode("utf-8", "surrogatepass")

    def raw(self, raw: bytes) -> bytes:
        """The bytes without secrets; the same object where there are none."""
        if self._pattern is None or not self._pattern.search(raw):
            return raw
        return self._pattern.sub(self._mask, raw)

    def tree(self, value: object) -> object:
        """The same for every text, also the keys, of what JSON can hold; changed in place."""
        if self._pattern is None:
            return value
        match value:
            case str():
                return self.text(value)
            case list():
                value[:] = [self.tree(item) for item in value]
            case dict():
                for key in list(value):
                    value[self.text(key)] = self.tree(value.pop(key))
        return value

    def _mask(self, found: "re.Match[bytes]") -> bytes:
        name = self._names[(found.lastindex or 1) - 1]
        self._counts[name] += 1
        return b"[masked: " + name.encode() + b"]"


def _pattern(form: bytes) -> bytes:
    """A form as it is, or broken into lines where it could be an encoding."""
    if len(form) < 16 or not _BREAKABLE.fullmatch(form):
        return re.escape(form)
    return _BREAK.join(re.escape(form[at : at + 1]) for at in range(len(form)))
