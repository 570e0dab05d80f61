"""Secrets of the environment taken out of what commands write, before a byte of it is on disk.

A value counts as a secret by the name of its variable, or as the password inside an address. It
is found in the forms of `secret_forms`. Other encodings are not. Secrets of known kinds are found
as they stand.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from runner.model.redaction import RedactedStream, Redactor
from runner.model.secret_forms import secret_forms

MASK = b"[masked]"
_SHORTEST = 4
_NAMES = re.compile(
    r"(?:^|_)(?:API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION)?_?"
    r"(?:TOKENS?|SECRETS?|PASSWORDS?|PASSWD|PASSPHRASE|PASS|PWD|KEYS?|CREDENTIALS?|CREDS?|AUTH|"
    r"COOKIES?|DSN|PAT)(?=_|\d|$)"
    r"|(?:TOKEN|SECRET|PASSWORD|PASSWD|APIKEY|CREDENTIALS?)",
    re.I,
)
_NO_SECRETS = frozenset({"PWD", "OLDPWD", "SSH_AUTH_SOCK", "KEYTIMEOUT"})
_NO_VALUES = frozenset({"true", "false", "none", "null"})
_IN_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@]*:([^\s/@]+)@")


def is_secret_name(name: str) -> bool:
    """Whether the name of a variable says that its value is a secret."""
    return name not in _NO_SECRETS and _NAMES.search(name) is not None


def secrets_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values of an environment that must not be shown, the longest first."""
    found: set[str] = set()
    for name, value in environment.items():
        if is_secret_name(name):
            found |= {
                value,
                value.strip(),
                *(line for line in value.splitlines() if len(line) > 15),
            }
        if match := _IN_ADDRESS.match(value):
            found |= {match[1], unquote(match[1])}
    kept = (v for v in found if len(v) >= _SHORTEST and v.casefold() not in _NO_VALUES)
    return tuple(sorted(kept, key=len, reverse=True))


class Mask:
    """Takes secrets out of a stream of bytes, also where one is cut between two chunks."""

    def __init__(self, secrets: tuple[str, ...]):
        forms = {form for secret in secrets for form in secret_forms(secret)}
        by_length = sorted(forms, key=len, reverse=True)
        self._longest = len(by_length[0]) if by_length else 0
        self._pattern = re.compile(b"|".join(map(re.escape, by_length))) if by_length else None
        self._held = b""
        self._of_values = 0
        self._known = Redactor({})
        self._stream = RedactedStream(self._known)

    @property
    def count(self) -> int:
        """How many were taken out so far."""
        return self._of_values + sum(one.count for one in self._known.redactions)

    def feed(self, chunk: bytes) -> bytes:
        """What can be shown by now; the end is held back as long as a secret may begin in it."""
        self._held += chunk
        return self._stream.feed(self._release(len(self._held) - self._longest + 1))

    def finish(self) -> bytes:
        """The rest."""
        return self._stream.feed(self._release(len(self._held))) + self._stream.finish()

    def _release(self, until: int) -> bytes:
        if self._pattern is None:
            released, self._held = self._held, b""
            return released
        if until <= 0:
            return b""
        pieces: list[bytes] = []
        done = 0
        for match in self._pattern.finditer(self._held):
            if match.start() >= until:
                break
            pieces += [self._held[done : match.start()], MASK]
            done = match.end()
            self._of_values += 1
        cut = max(done, until)
        pieces.append(self._held[done:cut])
        self._held = self._held[cut:]
        return b"".join(pieces)
