"""What secrets look like that nobody declared: keys of well-known services, passwords in texts.

No rule matches digests, UUIDs, run ids, or the ids that services give to their objects. A rule is
tried only where one of its marks stands, so that text without secrets costs a few fast searches.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from runner.model.frozen import frozen

_RARE = b"\\_xzjwvk"
LONGEST_MATCH = 1 << 15
"""Bytes that a match of any rule has at most."""
_QUOTE = rb"(?:\\{0,3}[\"']|&(?:quot|#39|#x27|#34);|%2[27])"
_PLACEHOLDER = rb"(?![$<{*\[]|%[({s]|&lt;|\.{3}|[Xx]{4}|masked|redacted)"
_VALUE = rb"[^\s\"'&;,<>\\(){}\[\]|`]"
_MIXED = (
    rb"(?=" + _VALUE + rb"{0,200}?[0-9])(?=" + _VALUE + rb"{0,200}?[^\s\"'&;,<>\\(){}\[\]|`0-9])"
)
_PASSWORD = rb"(?i:passw(?:or)?d|passphrase|[;]pwd)"
_OF_TOKENS = b"access auth refresh api bot session bearer id".split()
_SECRET = (
    rb"(?i:secret(?:[_-]?(?:access)?[_-]?key(?:_base)?)?|api[_-]?key|private[_-]?key|(?:"
    + b"|".join(rb"(?<=%s)|(?<=%s[_-])" % (name, name) for name in _OF_TOKENS)
    + rb")token)"
)
_IS = _QUOTE + rb"?\s{0,3}(?::=|=>?|:|%3[Dd])\s{0,3}"
_USER = rb"[^\s/:@\"'<>\\]{0,100}"
_DOTTED = rb"[A-Za-z0-9_-]{10,4000}"


@frozen
class SecretRule:
    """A kind of secret: it is looked for at each of its `marks`, which are in lower case.

    `pattern` begins `before` bytes ahead of the mark. Its group `secret` or `bare` is the secret,
    else the whole match.
    """

    name: str
    marks: tuple[bytes, ...]
    pattern: bytes
    before: int = 0
    first: bytes = b""
    """A pattern without which there is none, for marks that are frequent."""


@frozen
class FoundSecret:
    """A secret in some bytes: the name of its rule, and where it begins and ends."""

    rule: str
    start: int
    end: int


def _token(pattern: bytes) -> bytes:
    return rb"(?<![A-Za-z0-9])(?:" + pattern + rb")(?![A-Za-z0-9_])"


def _url(slashes: bytes) -> bytes:
    """The password behind the user in an address."""
    password = rb"(?P<secret>[^\s/@\"'<>\\]{3,200})"
    return rb":" + slashes + _USER + b":" + _PLACEHOLDER + password + rb"@(?=[A-Za-z0-9\[])"


def _assigned(name: bytes, least: int, quoted: bytes) -> bytes:
    """A value behind `name =`: in quotes, or without them where it has digits and others."""
    long = b"{%d,200}" % least
    return (
        name + _IS + rb"(?:" + _QUOTE + _PLACEHOLDER + quoted + rb"(?P<secret>[^\s\"'\\]" + long
        + rb"?)(?=" + _QUOTE + rb")|" + _PLACEHOLDER + _MIXED + rb"(?P<bare>" + _VALUE + long
        + rb")(?![(\[]))"
    )  # fmt: skip


RULES = (
    SecretRule(
        "private-key",
        (b"-----begin",),
        rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\+[nr]){0,8}"
        rb"(?:[A-Za-z-]{1,20}: [^\n\\]{1,80}(?:\s|\\+[nr]){1,8}){0,4}"
        rb"(?:[A-Za-z0-9+/=\s]|\\{1,3}[nr]){0,12000}"
        rb"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
    ),
    SecretRule(
        "aws-secret",
        (b"akia", b"secret"),
        rb"(?:(?<![A-Za-z0-9])AKIA[A-Z2-7]{16}|(?i:secret(?:_?access)?_?key))"
        rb"[^A-Za-z0-9/+]{1,12}(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    SecretRule("aws-key-id", (b"akia",), _token(rb"AKIA[A-Z2-7]{16}")),
    SecretRule(
        "stripe-key",
        (b"k_live_", b"k_test_"),
        _token(rb"[sr]k_(?:live|test)_[A-Za-z0-9]{10,250}"),
        before=1,
    ),
    SecretRule("stripe-webhook", (b"whsec_",), _token(rb"whsec_[A-Za-z0-9+/]{16,250}={0,2}")),
    SecretRule(
        "github-token",
        (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
        _token(rb"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255}"),
    ),
    SecretRule("slack-token", (b"xox",), _token(rb"xox[a-z]-[A-Za-z0-9-]{10,250}")),
    SecretRule("google-key", (b"aiza",), _token(rb"AIza[0-9A-Za-z_-]{35}")),
    SecretRule("gitlab-token", (b"glpat-",), _token(rb"glpat-[0-9A-Za-z_-]{20,250}")),
    SecretRule("npm-token", (b"npm_",), _token(rb"npm_[A-Za-z0-9]{36}")),
    SecretRule(
        "jwt",
        (b"eyj",),
        rb"(?<![A-Za-z0-9_-])eyJ" + _DOTTED + rb"\." + _DOTTED
        + rb"(?:\.[A-Za-z0-9_-]{0,4000}){1,3}",
    ),
    SecretRule(
        "bearer",
        (b"bearer",),
        rb"(?i:bearer)(?:\s|%20|\+){1,4}" + _PLACEHOLDER
        + rb"(?=[A-Za-z._~+/=-]{0,200}[0-9])(?P<secret>[A-Za-z0-9._~+/=-]{16,4000})",
    ),
    SecretRule(
        "authorization",
        (b"authorization",),
        rb"(?i:authorization)" + _QUOTE + rb"?\s{0,3}[:=]\s{0,3}" + _QUOTE + rb"?"
        rb"(?:[A-Za-z][A-Za-z0-9-]{2,20}\s{1,3})?" + _PLACEHOLDER + _MIXED
        + rb"(?P<secret>[^\s\"'\\&<>]{8,4000})",
    ),
    SecretRule("url-password", (b"://",), _url(rb"//"), first=rb"://" + _USER + b":"),
    SecretRule("url-password", (b":\\/\\/",), _url(rb"(?:\\{1,3}/){2}")),
    SecretRule("password", (b"pass", b";pwd"), _assigned(_PASSWORD, 6, b"")),
    SecretRule(
        "secret",
        (b"secret", b"token", b"api_key", b"api-key", b"apikey", b"private"),
        _assigned(_SECRET, 8, _MIXED),
    ),
)  # fmt: skip


def known_secrets(raw: bytes) -> tuple[FoundSecret, ...]:
    """The secrets of known kinds in some bytes, in order, none inside another."""
    lower = raw.lower()
    marks = {mark for gate, marks in _gates() if _stands(gate, lower) for mark in marks}
    found = [
        one
        for rule in RULES
        if marks.intersection(rule.marks) and _compiled(rule.first).search(raw)
        for mark in rule.marks
        for one in _found(rule, mark, raw, lower)
    ]
    return tuple(apart(found, _first_rule)) if found else ()


def all_marks() -> tuple[bytes, ...]:
    """What a text holds, in lower case, in which there can be a secret of a known kind."""
    return tuple(sorted({mark for rule in RULES for mark in rule.marks}))


def is_name_of_secret(name: str) -> bool:
    """Whether what is called so is a password or a key, as `name=` in a text would say."""
    named = rb".*?(?:" + _PASSWORD + rb"|" + _SECRET + rb")"
    return re.fullmatch(named, name.encode("utf-8", "replace")) is not None


@cache
def _gates() -> "tuple[tuple[bytes | re.Pattern[bytes], tuple[bytes, ...]], ...]":
    """What to look for first, each with the marks that can stand only where it does.

    Marks that have a letter in common that is rare in texts are looked for by it, all in one fast
    search. That is several times as fast as a search for each.
    """
    by_letter: dict[bytes, list[bytes]] = {}
    for mark in all_marks():
        rare = next((bytes([c]) for c in _RARE if c in mark), mark)
        by_letter.setdefault(rare, []).append(mark)
    return tuple(
        (
            rare if rare in marks else re.compile(re.escape(rare) + _around(rare, marks)),
            tuple(marks),
        )
        for rare, marks in by_letter.items()
    )


def _stands(gate: "bytes | re.Pattern[bytes]", lower: bytes) -> bool:
    return gate in lower if isinstance(gate, bytes) else gate.search(lower) is not None


def _around(rare: bytes, marks: list[bytes]) -> bytes:
    """The alternatives for what stands before and behind the rare letter of the marks."""
    parts = (mark.partition(rare) for mark in marks)
    ways = (rb"(?<=%s)%s" % (re.escape(b + rare), re.escape(after)) for b, _, after in parts)
    return b"(?:" + b"|".join(ways) + b")"


def _found(rule: SecretRule, mark: bytes, raw: bytes, lower: bytes) -> Iterator[FoundSecret]:
    at = lower.find(mark)
    while at >= 0:
        if found := _compiled(rule.pattern).match(raw, max(at - rule.before, 0)):
            groups = found.groupdict()
            group = next((g for g in ("secret", "bare") if groups.get(g)), 0)
            yield FoundSecret(rule.name, *found.span(group))
        at = lower.find(mark, at + 1)


def apart(
    found: Iterable[FoundSecret], name_of: Callable[[FoundSecret, FoundSecret], str]
) -> Iterator[FoundSecret]:
    """Those that overlap as one, in order; `name_of` chooses between the names of two."""
    last: FoundSecret | None = None
    for one in sorted(found, key=lambda f: (f.start, -f.end)):
        if last is not None and one.start < last.end:
            last = FoundSecret(name_of(last, one), last.start, max(last.end, one.end))
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _first_rule(one: FoundSecret, other: FoundSecret) -> str:
    order = [rule.name for rule in RULES]
    return min(one.rule, other.rule, key=order.index)


@cache
def _compiled(pattern: bytes) -> "re.Pattern[bytes]":
    return re.compile(pattern)
