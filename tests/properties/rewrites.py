"""Ways to write the same runbook: each rewrite changes the typography and nothing else."""

import re
from collections.abc import Callable

Rewrite = Callable[[str], str]
_STEP = re.compile(r"^(#+ (?:\d+[.)] )?(?:step|action) \w+)(?: [-–—]|[:.])\s+", re.I | re.M)
_HEADING = re.compile(r"^(#+) (.*)$", re.M)
_BULLET = re.compile(r"^(\s*)[-*+] (?=\S)", re.M)
_BOLD_LABEL = re.compile(r"(\*\*|__)([^*_\n]+?)(?::\1|\1:)(?=\s)")
_NUMBER = re.compile(r"(^#+ (?:\d+[.)] )?(?:step|action) )([1-9])\b", re.I | re.M)
_WORDS = "One Two Three Four Five Six Seven Eight Nine"
_ROMAN = "I II III IV V VI VII VIII IX"
_KEY_NAME = re.compile(r"`(jupyter-[a-z0-9-]+)`")


def outside_code(rewrite: Rewrite) -> Rewrite:
    """The rewrite on everything but front matter and fenced code."""

    def applied(text: str) -> str:
        parts = re.split(r"(\A---\n.*?\n---\n|^[ ]*```.*?^[ ]*```[ ]*$)", text, flags=re.M | re.S)
        return "".join(part if n % 2 else rewrite(part) for n, part in enumerate(parts))

    return applied


def _sub(pattern: str, replacement: str) -> Rewrite:
    compiled = re.compile(pattern, re.M)
    return outside_code(lambda text: compiled.sub(replacement, text))


def _bullets(mark: str) -> Rewrite:
    return outside_code(lambda text: _BULLET.sub(rf"\1{mark} ", text))


def _steps(mark: str) -> Rewrite:
    return outside_code(lambda text: _STEP.sub(rf"\1{mark} ", text))


def _headings(change: Callable[[str, str], str]) -> Rewrite:
    return outside_code(lambda text: _HEADING.sub(lambda m: change(m[1], m[2]), text))


def _numbered() -> Rewrite:
    counter = iter(range(1, 10_000))

    def change(marks: str, words: str) -> str:
        if len(marks) != 2 or re.match(r"\d", words):
            return f"{marks} {words}"
        return f"{marks} {next(counter)}. {words}"

    return _headings(change)


def _setext(marks: str, words: str) -> str:
    is_list = re.match(r"\d+[.)] ", words)
    plain = len(marks) != 2 or is_list
    return f"{marks} {words}" if plain else f"\n{words}\n{'-' * len(words)}\n"


def _atx(text: str) -> str:
    text = re.sub(r"^(\w.*)\n=+[ \t]*$", r"# \1", text, flags=re.M)
    return re.sub(r"^(\w.*)\n-+[ \t]*$", r"## \1", text, flags=re.M)


def _deeper(text: str) -> str:
    return _HEADING.sub(lambda m: f"{(m[1] + '#')[:6]} {m[2]}", _atx(text))


def _recase(change: Callable[[str], str]) -> Rewrite:
    def heading(marks: str, words: str) -> str:
        if len(marks) != 2:
            return f"{marks} {words}"
        return f"{marks} {change(words)}"

    return _headings(heading)


def _wrap(text: str) -> str:
    """A line break in front of the last word of long items and paragraphs."""

    def wrapped(match: re.Match[str]) -> str:
        line: str = match[0]
        plain = "|" in line or line.lstrip().startswith(("#", ">", "<!--")) or "`" in line
        head, _, last = line.rpartition(" ")
        if plain or len(line) < 50 or not re.match(r"[a-z(]", last):
            return line
        indent = re.match(r"\s*(?:[-*+] (?:\[.\] )?|\d+[.)] )?", line)
        return f"{head}\n{' ' * (indent.end() if indent else 0)}{last}"

    return re.sub(r"^.*$", wrapped, text, flags=re.M)


def _table(text: str) -> str:
    """Runs of one-line branches at the margin as the rows of a table."""
    run = re.compile(r"(?:^[-*+] (?:\*\*|__)If [^|\n]+\n(?!\s+\S))+", re.M)

    def rows(match: re.Match[str]) -> str:
        lines = match[0].splitlines()
        cells = [re.fullmatch(r"[-*+] (\*\*|__)(If [^:*_]+):?\1:?\s+(\S.*)", x) for x in lines]
        if not all(cells):
            return match[0]
        made = "".join(f"| **{c[2]}** | {c[3]} |\n" for c in cells if c)
        return f"\n| Condition | Then |\n|---|---|\n{made}\n"

    return run.sub(rows, text)


def _spelled(numerals: str) -> Callable[[re.Match[str]], str]:
    """The numbers 1 to 9 of headings in other numerals."""
    return lambda match: match[1] + numerals.split()[int(match[2]) - 1]


REWRITES: dict[str, Rewrite] = {
    "bullets -": _bullets("-"),
    "bullets *": _bullets("*"),
    "bullets +": _bullets("+"),
    "bold **": _sub(r"__([^_\n]+)__", r"**\1**"),
    "bold __": _sub(r"\*\*([^*\n]+)\*\*", r"__\1__"),
    "colon in the bold": outside_code(lambda t: _BOLD_LABEL.sub(r"\1\2:\1", t)),
    "colon behind the bold": outside_code(lambda t: _BOLD_LABEL.sub(r"\1\2\1:", t)),
    "headings with #": outside_code(_atx),
    "emoji in step headings": _sub(r"^(#+ )(?=[Ss]tep \w)", "\\1🔎 "),
    "setext headings": _headings(_setext),
    "numbered headings": lambda text: _numbered()(text),
    "bold headings": _headings(lambda marks, words: f"{marks} **{words.replace('**', '')}**"),
    "section headings in capitals": _recase(str.upper),
    "section headings in small letters": _recase(str.lower),
    "Step N:": _steps(":"),
    "Step N -": _steps(" -"),
    "Step N –": _steps(" –"),
    "Step N —": _steps(" —"),
    "Step N.": _steps("."),
    "wrapped lines": outside_code(_wrap),
    "zero-width characters": _sub(r"(?<=\b[Ii]f) (?=\w)", "\u200b "),
    "NBSP behind labels": _sub(r"(?<=:(?:\*\*|__)) (?=\w)", "\u00a0"),
    "NBSP in conditions": _sub(r"(?<=[<>=]) (?=\d)", "\u00a0"),
    "tables for branches": outside_code(_table),
    "task lists": _sub(r"^(\s*[-*+]) (?=(?:\*\*|__)?If )", r"\1 [ ] "),
    "HTML comments": _sub(r"^(#{2,6} .*)$", r"\1\n\n<!-- seen\n\n- **If Errors**: escalate -->\n"),
    "link-wrapped names": outside_code(lambda t: _KEY_NAME.sub(r"[`\1`](../keys/\1)", t)),
    "double-space breaks": _sub(r"^((?:\*\*|__)[^|\n]*\S)$", r"\1  "),
    "trailing tabs": _sub(r"^([^|\n]*\S)$", "\\1\t"),
    "blank lines between items": _sub(r"\n(?=[-*+] (?:\*\*|__)If )", "\n\n"),
    "emoji in section headings": _sub(r"^(## )(?=\w)", "\\1🔎 "),
    "rules between sections": _sub(r"^(?=## )", "\n---\n\n"),
    "arrows for colons": _sub(r"^(\s*[-*+] (?:\*\*|__)If [^:*_\n]+(?:\*\*|__)): (?=\S)", r"\1 → "),
    "closed headings": _headings(lambda marks, words: f"{marks} {words} {marks}"),
    "headings a level deeper": outside_code(_deeper),
    "1) for 1.": _sub(r"^(\s*)(\d+)\. (?=\S)", r"\1\2) "),
    "numbers in words": outside_code(lambda text: _NUMBER.sub(_spelled(_WORDS), text)),
    "Roman numerals": outside_code(lambda text: _NUMBER.sub(_spelled(_ROMAN), text)),
    "signs before branches": _sub(r"^(\s*[-*+] )(?=(?:\*\*|__)If )", r"\1✅ "),
    "no final line feed": str.rstrip,
    "BOM": lambda text: "\ufeff" + text.removeprefix("\ufeff"),
    "CRLF": lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"),
}
