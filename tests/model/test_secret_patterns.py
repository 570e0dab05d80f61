"""Secrets of known kinds are found as they stand, and nothing that only looks long and random."""

import json
from pathlib import Path

import pytest

from runner.model.redaction import RedactedStream, Redactor
from runner.model.secret_patterns import LONGEST_MATCH, RULES, known_secrets

ROOT = Path(__file__).parents[2]
A36 = "a1B2" * 9
PEM = f"-----BEGIN RSA PRIVATE KEY-----\nMII{A36}\n{A36}==\n-----END RSA PRIVATE KEY-----"
PAIR = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"

FOUND = [
    (PEM, "private-key", PEM),
    (json.dumps({"key": PEM}), "private-key", json.dumps(PEM)[1:-1]),
    ("id=AKIAIOSFODNN7EXAMPLE", "aws-key-id", "AKIAIOSFODNN7EXAMPLE"),
    (f"aws_secret_access_key = {PAIR}", "aws-secret", PAIR),
    (f"AKIAIOSFODNN7EXAMPLE,{PAIR}", "aws-secret", PAIR),
    (f"sk_live_{A36}", "stripe-key", f"sk_live_{A36}"),
    (f"'rk_live_{A36}'", "stripe-key", f"rk_live_{A36}"),
    (f"sk_test_{A36}", "stripe-key", f"sk_test_{A36}"),
    (f"whsec_{A36}", "stripe-webhook", f"whsec_{A36}"),
    (f"ghp_{A36}", "github-token", f"ghp_{A36}"),
    (f"gho_{A36}", "github-token", f"gho_{A36}"),
    (f"github_pat_{A36}", "github-token", f"github_pat_{A36}"),
    ("xoxb-1234567890-abcdefghij", "slack-token", "xoxb-1234567890-abcdefghij"),
    (f"AIza{A36[:35]}", "google-key", f"AIza{A36[:35]}"),
    (f"glpat-{A36[:20]}", "gitlab-token", f"glpat-{A36[:20]}"),
    (f"npm_{A36}", "npm-token", f"npm_{A36}"),
    (f"token {JWT}.", "jwt", f"{JWT}."),
    ("Bearer 0123456789abcdef", "bearer", "0123456789abcdef"),
    ('{"Authorization": "Basic YWRhOnB3ZDE="}', "authorization", "YWRhOnB3ZDE="),
    ("postgres://app:hunter2x@db:5432/x", "url-password", "hunter2x"),
    ('{"url": "https:\\/\\/ada:hunter2x@host"}', "url-password", "hunter2x"),
    ("?user=ada&password=hunter22&x=1", "password", "hunter22"),
    ('{"password":"correct"}', "password", "correct"),
    ("DB_PASSWORD='correct-horse'", "password", "correct-horse"),
    ("Server=db;Uid=sa;Pwd=S3cret!x;", "password", "S3cret!x"),
    ("client_secret=q8s7d6f5g4", "secret", "q8s7d6f5g4"),
    ("&quot;api_key&quot;: &quot;q8s7d6f5g4&quot;", "secret", "q8s7d6f5g4"),
    ("accessToken: ya29.a0Af-xyz123", "secret", "ya29.a0Af-xyz123"),
]

NONE = [
    "sha256:" + "ab12" * 16,
    "550e8400-e29b-41d4-a716-446655440000",
    "evt_1NG8Du2eZvKYlo2CUI79vXWy",
    "pi_3MtwBwLkdIwHu7ix28a3tqPa",
    "20261123T211315000Z-webhook-failures-6of3",
    "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    '{"secrets":["api_token"],"secrets_masked":3}',
    "password=required",
    "password=$DB_PASSWORD",
    "password={{ db_password_1 }}",
    "password=<your password 1>",
    "Invalid password: authentication failed for user 12",
    "password = os.environ['X1']",
    "token = key.secret('api_token_2')",
    "password_changed_at=2026-01-01T00:00:00Z",
    "secret_rotation=2026-01-01",
    "next_token=abc123abc123",
    "Authorization: Bearer $TOKEN",
    "Authorization: required",
    "bearer-authentication-failed",
    "postgres://user:***@host/db",
    "postgres://user:$PASSWORD@host/db",
    "http://host:8080/x?mail=ada@example.org",
    "https://example.org/a:b/c@d",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----",
    "sk_live_short",
    "task_live_0123456789abcdef",
    '"password":"[masked: password]"',
]


@pytest.mark.parametrize(("text", "rule", "secret"), FOUND, ids=[f[0][:30] for f in FOUND])
def test_a_secret_of_a_known_kind_is_found(text: str, rule: str, secret: str) -> None:
    raw = f"before {text} after".encode()
    found = known_secrets(raw)
    assert (rule, secret) in [(one.rule, raw[one.start : one.end].decode()) for one in found]
    assert secret not in Redactor({}).text(f"before {text} after")


def test_every_rule_has_an_example() -> None:
    assert {rule for _, rule, _ in FOUND} == {rule.name for rule in RULES}


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_secret_stays(text: str) -> None:
    assert known_secrets(text.encode()) == ()


def test_nothing_that_is_shipped_looks_like_a_secret() -> None:
    folders = ("runbooks", "jupyter-keys", "docs", "runner", "benchmarks")
    files = [file for name in folders for file in (ROOT / name).rglob("*") if file.is_file()]
    shipped = [file for file in files if "__pycache__" not in file.parts]
    assert len(shipped) > 500
    found = {str(file): known_secrets(file.read_bytes()) for file in shipped}
    assert {name: some for name, some in found.items() if some} == {}


@pytest.mark.parametrize("size", [1, 7, 1000, LONGEST_MATCH, 1 << 20])
def test_a_stream_is_masked_however_it_is_cut(size: int) -> None:
    filler = "2026-11-25T10:00:00Z,evt_1NG8,200\n" * (3_000 if size > 1 else 3)
    text = filler.join([f"sk_live_{A36}", PEM, "password=hunter22", JWT]).encode()
    redactor = Redactor({})
    stream = RedactedStream(redactor)
    chunks = [text[at : at + size] for at in range(0, len(text), size)]
    out = b"".join(stream.feed(chunk) for chunk in chunks) + stream.finish()
    assert out == Redactor({}).raw(text)
    assert sum(one.count for one in redactor.redactions) == 4


def test_what_two_rules_find_is_masked_as_one() -> None:
    text = f"Authorization: Bearer sk_live_{A36}\npassword=sk_live_{A36}-more\n"
    assert Redactor({}).text(text) == (
        "Authorization: Bearer [masked: stripe-key]\npassword=[masked: stripe-key]\n"
    )


def test_a_declared_secret_gives_its_name_to_what_a_rule_finds_too() -> None:
    redactor = Redactor({"api_token": f"sk_live_{A36}"})
    assert redactor.text(f"token: sk_live_{A36}!") == "token: [masked: api_token]!"
