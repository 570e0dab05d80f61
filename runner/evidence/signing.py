"""Ed25519 signatures: DSSE envelopes over statements, signed notes over checkpoints.

A key is a PEM file as `openssl genpkey -algorithm ed25519` writes it. The library for it is
imported when a key is used, and never by the commands that have none.
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from runner.errors import UsageError
from runner.model.frozen import frozen

SIGNING_KEY = "RUNBOOK_SIGNING_KEY"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_NOTE_ALGORITHM = b"\x01"
"""Ed25519, in the key hash of a signed note."""


@frozen
class PublicKey:
    """What checks a signature. `raw` are the 32 bytes of the key."""

    raw: bytes

    @property
    def key_id(self) -> str:
        """The hex SHA-256 of its SubjectPublicKeyInfo, as `openssl pkey -pubin` gives it in DER."""
        return sha256(_SPKI + self.raw).hexdigest()

    def accepts(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature over `message` was made with the private half."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


class SigningKey:
    """The private half. It is held in memory and never written."""

    def __init__(self, private: Any):
        self._private = private
        self.public = PublicKey(private.public_key().public_bytes_raw())

    @classmethod
    def load(cls, path: Path) -> "SigningKey":
        """Read it. Raises UsageError for another kind of key, or where others may read it."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            private = load_pem_private_key(_private_bytes(path), password=None)
        except (ValueError, TypeError) as error:
            raise _refused(path, f"is no unencrypted private key: {error}") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise _refused(path, "is no Ed25519 key")
        return cls(private)

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature."""
        signature: bytes = self._private.sign(message)
        return signature


def configured_key(environment: Mapping[str, str]) -> SigningKey | None:
    """The key of this user, or None: $RUNBOOK_SIGNING_KEY, else ~/.config/runbook/signing-key.pem.

    Raises UsageError where it cannot be used.
    """
    named = environment.get(SIGNING_KEY, "")
    if named:
        return SigningKey.load(Path(named))
    folder = Path(environment.get("XDG_CONFIG_HOME", ""))
    if not folder.is_absolute():
        folder = Path(environment.get("HOME", os.sep)) / ".config"
    usual = folder / "runbook" / "signing-key.pem"
    return SigningKey.load(usual) if usual.is_file() else None


def load_public_key(path: Path) -> PublicKey:
    """Read a PEM file with a public key. Raises UsageError where it is none of Ed25519."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise _refused(path, f"is no public key: {error}") from error
    if not isinstance(public, Ed25519PublicKey):
        raise _refused(path, "is no Ed25519 key")
    return PublicKey(public.public_bytes_raw())


def envelope_of(payload: bytes, key: SigningKey) -> bytes:
    """The DSSE envelope of an in-toto statement, as JSON."""
    signature = key.sign(pre_authentication(payload))
    envelope = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [{"keyid": key.public.key_id, "sig": base64.b64encode(signature).decode()}],
    }
    return json.dumps(envelope, indent=1, sort_keys=True).encode() + b"\n"


def envelope_problems(envelope: bytes, payload: bytes, key: PublicKey | None) -> list[str]:
    """What is wrong with an envelope: not of this payload, or not signed with a given `key`."""
    try:
        tree = json.loads(envelope)
        held = base64.b64decode(tree["payload"], validate=True)
        signatures = [base64.b64decode(one["sig"], validate=True) for one in tree["signatures"]]
        kind = tree["payloadType"]
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return ["does not read as a signed statement"]
    problems = []
    if held != payload or kind != PAYLOAD_TYPE:
        problems.append("signs another statement")
    if key is not None:
        message = pre_authentication(held)
        if not any(key.accepts(message, one) for one in signatures):
            problems.append("is not signed with this key")
    return problems


def pre_authentication(payload: bytes) -> bytes:
    """The bytes that are signed: the PAE of DSSE version 1."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def signed_note(text: str, name: str, key: SigningKey) -> str:
    """The text, which ends in a newline, with a signature line as C2SP signed notes have it."""
    signature = _note_key_hash(name, key.public) + key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signature).decode()}\n"


def note_is_signed(text: str, signatures: str, key: PublicKey) -> bool:
    """Whether one of the signature lines is that of `key` over `text`."""
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.rpartition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            continue
        if dash == "—" and raw[:4] == _note_key_hash(name, key):
            return key.accepts(text.encode(), raw[4:])
    return False


def _note_key_hash(name: str, key: PublicKey) -> bytes:
    return sha256(name.encode() + b"\n" + _NOTE_ALGORITHM + key.raw).digest()[:4]


def _private_bytes(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if mode & 0o077:
            raise _refused(path, f"may be read by others (mode {mode & 0o777:o}); chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error


def _refused(path: Path, why: str) -> UsageError:
    return UsageError(
        f"the key {path} {why}",
        "Nothing was signed or checked.",
        "make one: openssl genpkey -algorithm ed25519 -out signing-key.pem",
    )


_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410)."""
