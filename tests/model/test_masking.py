"""A secret is taken out in whatever form it is written, and nothing else is."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from runner.model.masking import MASK, Mask, is_secret_name, secrets_of

SECRET = "s3cr3t/+?&pass word\u00e9"
ENVIRONMENT = {"API_TOKEN": SECRET, "HOME": "/home/ada", "DEBUG_KEY": "true"}


def masked(text: bytes, size: int = 10_000) -> bytes:
    mask = Mask(secrets_of(ENVIRONMENT))
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    return b"".join(mask.feed(chunk) for chunk in chunks) + mask.finish()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10_000])
def test_a_secret_is_masked_however_the_stream_is_cut(size: int) -> None:
    text = f"before {SECRET}{SECRET} after".encode()
    assert masked(text, size) == b"before " + MASK + MASK + b" after"


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "user:"])
@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_a_secret_in_base64_is_masked_at_every_place(before: str, encode: object) -> None:
    assert callable(encode)
    text = encode(f"{before}{SECRET}:tail".encode())
    core = encode(SECRET.encode())[4:-8]
    assert MASK in masked(text)
    assert core not in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        quote(SECRET, safe="").encode(),
        SECRET.encode().hex().encode(),
        json.dumps({"a": SECRET}, ensure_ascii=False).encode(),
    ],
)
def test_a_secret_in_another_encoding_is_masked(text: bytes) -> None:
    assert MASK in masked(text)


def test_what_is_no_secret_stays() -> None:
    text = b"HOME is /home/ada, this is true, 100%"
    assert masked(text) == text


@pytest.mark.parametrize(
    "name",
    ["TOKEN", "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "PGPASSWORD", "API_KEY",
     "STRIPE_APIKEY", "GOOGLE_APPLICATION_CREDENTIALS", "MYSQL_PWD", "SENTRY_DSN", "token"],
)  # fmt: skip
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["PWD", "HOME", "KEYBOARD", "MONKEY", "LANG", "PATH", "AUTHOR"])
def test_names_of_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


def test_a_password_inside_an_address_is_a_secret() -> None:
    secrets = secrets_of({"DATABASE_URL": "postgres://app:hunter%2F2@db/x"})
    assert set(secrets) == {"hunter%2F2", "hunter/2"}
