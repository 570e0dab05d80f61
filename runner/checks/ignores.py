"""Comments that tell lint to be quiet: `<!-- lint-ignore RB104: why -->`, and for a whole file.

<!-- lint-ignore RB104, RB203 -->        the next block, or the line that it stands beside
<!-- lint-ignore-file RB203: why -->     everything
"""

import re
from collections.abc import Iterable, Iterator

from runner.checks.rules import RULES, find_rule
from runner.document.comments import Comment, comments_in, without_code
from runner.model.diagnostics import Diagnostic, Severity
from runner.model.frozen import frozen
from runner.model.source import SourceText, Span

UNUSED, UNKNOWN = "RB007", "RB008"
_IGNORE = re.compile(r"lint-ignore(-file)?(?![\w-])[ \t]*:?(.*)", re.I)
_REASON = re.compile(r":|\s[-–—]+\s")
_NAME = re.compile(r"[^\s,]+")
_LIKE_IGNORE = re.compile(
    r"(?:(?:runbook|rb)[-_: ]*)?(?:lint(?:er)?[-_: ]*)?"
    r"(?:ignor\w*|disabl\w*|skip|allow|noqa|suppress)"
    r"(?:[-_ ]*(?:lint|rules?|next|lines?|file|block)\b)*|(?:runbook[-_: ]*)?lint\b[-_: ]*",
    re.I,
)
"""What begins a directive in other words, where the code of a rule stands behind: `noqa: RB104`."""
_CODE = re.compile(r"[\s:,=(\[-]*RB\d{3}\b")
_OVER_LINES = re.compile(r"<!--\s*lint-ignore(?:-file)?(?![\w-])(?:(?!-->|<!--).)*-->", re.I | re.S)


@frozen
class Ignore:
    """One code in one comment. `span` is the code; `lines` are counted from 0, None is the file."""

    code: str
    span: Span
    comment: Span
    lines: tuple[int, int] | None
    is_known: bool


@frozen
class Heeded:
    """What is left of the diagnostics of a document; its ignores, and those of them without use."""

    diagnostics: tuple[Diagnostic, ...]
    ignores: tuple[Ignore, ...]
    unused: tuple[Ignore, ...]


def heed_ignores(source: SourceText, diagnostics: Iterable[Diagnostic]) -> Heeded:
    """Leave out what comments ignore; an ignore without a rule or a use is a diagnostic itself."""
    ignores = _ignores(source)
    known = tuple(ignore for ignore in ignores if ignore.is_known)
    left, used = _without(source, diagnostics, known)
    about = (UNUSED, UNKNOWN)
    unused = tuple(i for i in known if i not in used and i.code not in about)
    said = [_unused(ignore) for ignore in unused]
    said += _unread(source)
    said += [_unknown(ignore) for ignore in ignores if not ignore.is_known]
    kept, meant = _without(source, said, known)
    idle = tuple(i for i in known if i.code in about and i not in meant)
    kept += [_unused(ignore) for ignore in idle]
    return Heeded(tuple(sorted(left + kept, key=_place)), ignores, unused + idle)


def _ignores(source: SourceText) -> tuple[Ignore, ...]:
    return tuple(ignore for comment in comments_in(source) for ignore in _read(comment))


def _read(comment: Comment) -> Iterator[Ignore]:
    match = _IGNORE.match(comment.text)
    if match is None:
        return
    lines = None if match[1] else (comment.first, comment.last)
    start = comment.text_start + match.start(2)
    names = list(_NAME.finditer(_REASON.split(match[2], maxsplit=1)[0]))
    if not names:
        yield Ignore("", comment.span, comment.span, lines, False)
    for name in names:
        rule = find_rule(name[0])
        span = Span(start + name.start(), start + name.end())
        yield Ignore(rule.code if rule else name[0], span, comment.span, lines, rule is not None)


def _without(
    source: SourceText, diagnostics: Iterable[Diagnostic], ignores: tuple[Ignore, ...]
) -> tuple[list[Diagnostic], set[Ignore]]:
    """The diagnostics that no comment covers, and the ignores that covered one."""
    by_place = _by_place(ignores)
    left: list[Diagnostic] = []
    used: set[Ignore] = set()
    for found in diagnostics:
        line = source.position(found.span.start).line - 1
        covering = by_place.get((found.code, None)) or by_place.get((found.code, line))
        if covering is None:
            left.append(found)
        else:
            used.add(covering)
    return left, used


def _by_place(ignores: tuple[Ignore, ...]) -> dict[tuple[str, int | None], Ignore]:
    """The first ignore for each code and line; line None is the whole file."""
    blocks = {(ignore.code, ignore.lines): ignore for ignore in reversed(ignores)}
    found: dict[tuple[str, int | None], Ignore] = {}
    for (code, lines), ignore in sorted(blocks.items(), key=lambda item: item[1].span.start):
        covered = [None] if lines is None else range(lines[0], lines[1] + 1)
        for line in covered:
            found.setdefault((code, line), ignore)
    return found


def _unused(ignore: Ignore) -> Diagnostic:
    where = "in this file" if ignore.lines is None else "there"
    return _diagnostic(
        UNUSED,
        f"{ignore.code} has nothing to say {where}: this comment ignores nothing",
        ignore.span,
        "take it out; `runbook lint --fix` does",
    )


def _unknown(ignore: Ignore) -> Diagnostic:
    named = f'there is no rule "{ignore.code}"' if ignore.code else "the comment names no rule"
    return _diagnostic(
        UNKNOWN,
        f"{named}: nothing is ignored",
        ignore.span,
        _near(ignore.code) or "write `<!-- lint-ignore RB104: why -->`, with the code of a rule",
    )


def _unread(source: SourceText) -> Iterator[Diagnostic]:
    """Comments that are meant to ignore something, in words or over lines that are not read so."""
    comments = comments_in(source)
    for comment in comments:
        if not _IGNORE.match(comment.text) and _is_meant(comment.text):
            words = " ".join(comment.text.split()[:2])
            yield _diagnostic(
                UNKNOWN,
                f'"{words}" is no directive: nothing is ignored',
                comment.span,
                "write `<!-- lint-ignore RB104: why -->`, or `lint-ignore-file`",
            )
    over = [m.span() for m in _OVER_LINES.finditer(source.text) if len(m[0].splitlines()) > 1]
    shown = without_code(source) if over else ""
    for start, end in over:
        if _OVER_LINES.match(shown, start):
            yield _diagnostic(
                UNKNOWN,
                "a comment over several lines is not read: nothing is ignored",
                Span(start, end),
                "write it on one line: `<!-- lint-ignore RB104: why -->`",
            )


def _is_meant(words: str) -> bool:
    """Whether a comment is a directive with a slip: `lint-ignor RB104`, `noqa: RB104`."""
    like = _LIKE_IGNORE.match(words)
    if like and _CODE.match(words, like.end()):
        return True
    first = _NAME.match(words)
    return bool(first and _CODE.match(words, first.end()) and _resembles(first[0].rstrip(":")))


def _resembles(word: str) -> bool:
    """Whether a word is `lint-ignore` but for a letter or two."""
    from difflib import SequenceMatcher

    known = ("lint-ignore", "lint-ignore-file")
    return any(SequenceMatcher(None, word.casefold(), one).ratio() > 0.84 for one in known)


def _near(code: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(code.upper(), [rule.code for rule in RULES], n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else ""


def _diagnostic(code: str, message: str, span: Span, hint: str) -> Diagnostic:
    rule = find_rule(code)
    severity = rule.severity if rule else Severity.ERROR
    return Diagnostic(code, severity, message, span, hint)


def _place(found: Diagnostic) -> tuple[int, int, str]:
    return found.span.start, found.span.end, found.code
