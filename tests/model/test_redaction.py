"""No form of a secret is left in what is kept, and what was taken out is counted."""

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import pytest

from runner.model.redaction import Redactor
from runner.model.results import Redaction

SECRET = 'sk_live/9Qz+é"w&x ~longer than a line of base64 so that it is broken into lines'
UTF_16 = SECRET.encode("utf-16-le")

FORMS = {
    "clear": SECRET,
    "json": json.dumps({"a": SECRET}),
    "json in json": json.dumps(json.dumps(SECRET)),
    "html in json": json.dumps(html.escape(SECRET)),
    "json in html": html.escape(json.dumps(SECRET)),
    "json, not ascii": json.dumps(SECRET, ensure_ascii=False),
    "python": repr([SECRET]),
    "html": html.escape(SECRET),
    "html text": html.escape(SECRET, quote=False),
    "url": quote(SECRET, safe=""),
    "url path": quote(SECRET),
    "url form": quote_plus(SECRET),
    "url twice": quote(quote(SECRET, safe="")),
    "url, lower case": re.sub("%..", lambda found: found[0].lower(), quote(SECRET)),
    "hex": SECRET.encode().hex(),
    "HEX": SECRET.encode().hex().upper(),
    "hex of utf-16": UTF_16.hex(),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64, url": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "base64 in lines": base64.encodebytes(SECRET.encode()).decode(),
    "base64 in lines in json": json.dumps(base64.encodebytes(SECRET.encode()).decode()),
    "basic authentication": base64.b64encode(f"ada:{SECRET}".encode()).decode(),
    "base64 of utf-16": base64.b64encode(UTF_16).decode(),
    "base32": base64.b32encode(SECRET.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_form_of_a_secret_is_taken_out(form: str) -> None:
    redactor = Redactor({"token": SECRET})
    redacted = redactor.text(f"before {form} after")
    assert "[masked: token]" in redacted
    assert all(form[at : at + 12] not in redacted for at in range(8, len(form) - 20))
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")


@pytest.mark.parametrize("coding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16"])
def test_a_secret_is_taken_out_of_bytes(coding: str) -> None:
    raw = Redactor({"token": SECRET}).raw(f"x{SECRET}y".encode(coding))
    assert b"[masked: token]" in raw
    assert SECRET[:4].encode(coding)[-8:] not in raw


def test_what_was_taken_out_is_counted_by_name() -> None:
    redactor = Redactor({"first": "first-secret", "second": "second-secret"})
    tree = {"second-secret": ["first-secret", {"x": "first-secretfirst-secret"}], "n": 1}
    assert redactor.tree(tree) == {
        "[masked: second]": ["[masked: first]", {"x": "[masked: first][masked: first]"}],
        "n": 1,
    }
    assert redactor.redactions == (Redaction("first", 3), Redaction("second", 1))


def test_a_text_without_secrets_stays_as_it_is() -> None:
    redactor = Redactor({"token": SECRET})
    text = "nothing \ud800 here: " + SECRET[:-1]
    assert redactor.text(text) == text
    assert redactor.redactions == ()


def test_without_secrets_nothing_is_done() -> None:
    assert Redactor({}).text("text") == "text"
