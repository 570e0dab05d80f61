"""Signatures: envelopes over manifests and notes over checkpoints, checked by openssl as well."""

import base64
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from runner.errors import UsageError
from runner.evidence.signing import (
    SigningKey,
    configured_key,
    envelope_of,
    envelope_problems,
    load_public_key,
    note_is_signed,
    pre_authentication,
    signed_note,
)

STATEMENT = b'{"_type": "https://in-toto.io/Statement/v1"}\n'


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "signing-key.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-out", str(file))
    file.chmod(0o600)
    return file


@pytest.fixture
def public_file(key_file: Path, tmp_path: Path) -> Path:
    file = tmp_path / "public-key.pem"
    openssl("pkey", "-in", str(key_file), "-pubout", "-out", str(file))
    return file


def openssl(*arguments: str) -> bytes:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    return subprocess.run([program, *arguments], capture_output=True, check=True).stdout


def test_an_envelope_is_accepted_with_the_key_that_signed_it(
    key_file: Path, public_file: Path
) -> None:
    envelope = envelope_of(STATEMENT, SigningKey.load(key_file))
    assert envelope_problems(envelope, STATEMENT, load_public_key(public_file)) == []


def test_an_envelope_is_refused_with_another_key(key_file: Path) -> None:
    envelope = envelope_of(STATEMENT, SigningKey.load(key_file))
    other = SigningKey(Ed25519PrivateKey.generate()).public
    assert envelope_problems(envelope, STATEMENT, other) == ["is not signed with this key"]


def test_an_envelope_of_another_statement_is_named() -> None:
    key = SigningKey(Ed25519PrivateKey.generate())
    envelope = envelope_of(STATEMENT, key)
    assert envelope_problems(envelope, b"{}", key.public) == ["signs another statement"]


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"payload": "?"}', b"\xff"])
def test_what_is_no_envelope_is_named_as_such(text: bytes) -> None:
    assert envelope_problems(text, STATEMENT, None) == ["does not read as a signed statement"]


def test_openssl_accepts_the_signature_of_an_envelope(
    key_file: Path, public_file: Path, tmp_path: Path
) -> None:
    envelope = json.loads(envelope_of(STATEMENT, SigningKey.load(key_file)))
    (tmp_path / "signed").write_bytes(pre_authentication(STATEMENT))
    (tmp_path / "signature").write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    files = ("-in", str(tmp_path / "signed"), "-sigfile", str(tmp_path / "signature"))
    said = openssl("pkeyutl", "-verify", "-pubin", "-inkey", str(public_file), "-rawin", *files)
    assert b"Verified Successfully" in said


def test_the_key_id_is_the_digest_of_the_public_key_in_der(
    key_file: Path, public_file: Path, tmp_path: Path
) -> None:
    der = openssl("pkey", "-pubin", "-in", str(public_file), "-outform", "DER")
    (tmp_path / "der").write_bytes(der)
    said = openssl("dgst", "-sha256", "-r", str(tmp_path / "der")).decode()
    assert SigningKey.load(key_file).public.key_id == said.split()[0]


def test_a_note_is_accepted_with_its_key_and_not_once_it_is_changed() -> None:
    key = SigningKey(Ed25519PrivateKey.generate())
    text, _, signatures = signed_note("origin\n3\nAAAA\n", "origin", key).partition("\n\n")
    assert note_is_signed(text + "\n", signatures, key.public)
    assert not note_is_signed(text.replace("3", "4") + "\n", signatures, key.public)


def test_a_key_that_others_may_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o644)
    with pytest.raises(UsageError, match="may be read by others"):
        SigningKey.load(key_file)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text("no key")
    file.chmod(0o600)
    with pytest.raises(UsageError, match="is no unencrypted private key"):
        SigningKey.load(file)


def test_the_key_is_the_one_that_is_configured(key_file: Path, tmp_path: Path) -> None:
    usual = tmp_path / "config" / "runbook" / "signing-key.pem"
    usual.parent.mkdir(parents=True)
    shutil.copy(key_file, usual)
    public = SigningKey.load(key_file).public
    by_name = configured_key({"RUNBOOK_SIGNING_KEY": str(key_file)})
    by_place = configured_key({"XDG_CONFIG_HOME": str(tmp_path / "config")})
    assert by_name is not None
    assert by_place is not None
    assert by_name.public == by_place.public == public
    assert configured_key({"HOME": str(tmp_path)}) is None
