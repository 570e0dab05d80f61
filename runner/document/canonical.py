"""The canonical form of a runbook's Markdown. Where a change might mean something, none is made.

Bullets are `-`, bold is `**` with the colon outside, steps are `### Step 3: title`, one blank line
stands around headings. Code, HTML, quotes and the metadata at the top stay as they are.
"""

import re
from collections.abc import Callable, Mapping
from functools import partial

from runner.document.front_matter import read_front_matter
from runner.document.markdown import verbatim_lines
from runner.document.meaning import canonical_heading, meaning
from runner.model.source import SourceText

_MOST_ROUNDS = 4
_MOST_TRIES = 40
"""How often one kind of change is tried on fewer lines after it would have changed a meaning."""
_BULLET = re.compile(r"^(\s*)[*+]( +\S)")
_RULE = re.compile(r"^\s*([*_-])(?:\s*\1){2,}\s*$")
_BOLD = re.compile(r"(?<![\w\\_])__(?=[^\s_])([^_`]*(?:_[^_`]+)*?)(?<=[^\s_])__(?![\w_])")
_COLON = re.compile(
    r"^(\s*(?:(?:[-*+]|\d+[.)])\s+)?(?:\[[ xX]\]\s+)?)\*\*([^*\n]*[^*\s:])\s*:\s*\*\*(?=\s|$)"
)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")

Change = Mapping[int, tuple[str, ...]]
"""New lines in the place of a line, by its number from 0; none takes the line away."""
Rewrite = Callable[[list[str], frozenset[int]], Change]


def canonical_text(source: SourceText) -> str:
    """The text in canonical form; it says the same, and is its own canonical form.

    The ends of lines are those of the first line. A text that does not settle is left alone.
    """
    text = source.text.lstrip("\ufeff")
    if not text.strip():
        return source.text
    end = "\r\n" if "\r\n" in text[: text.find("\n") + 1] else "\n"
    lines = list(SourceText(source.path, text).lines)
    for _ in range(_MOST_ROUNDS):
        before = lines
        for rewrite in (_trailing, _headings, _bullets, _bold, _colons, _blank_lines):
            lines = _rewritten(source.path, lines, rewrite)
        if lines == before:
            return end.join(lines)
    return source.text


def _rewritten(path: str, lines: list[str], rewrite: Rewrite) -> list[str]:
    source = SourceText(path, "\n".join(lines))
    front = read_front_matter(source).lines
    fixed = verbatim_lines(source, front) | frozenset(range(front))
    change = rewrite(lines, fixed)
    if not change:
        return lines
    wanted = meaning(source)
    tries = [_MOST_TRIES]

    def keeps(part: Change) -> bool:
        tries[0] -= 1
        return meaning(SourceText(path, "\n".join(_changed(lines, part)))) == wanted

    def safe(part: Change, accepted: Change) -> Change:
        """What is accepted, with as much of a further part as keeps the meaning."""
        if tries[0] <= 0:
            return accepted
        if keeps({**accepted, **part}):
            return {**accepted, **part}
        for piece in _parted(part):
            accepted = safe(piece, accepted)
        return accepted

    return _changed(lines, safe(change, {}))


def _parted(change: Change) -> tuple[Change, ...]:
    """The two parts of a change with most lines between them: a list stays together."""
    numbers = sorted(change)
    if len(numbers) < 2:
        return ()
    at = max(range(1, len(numbers)), key=lambda n: numbers[n] - numbers[n - 1])
    halves = (numbers[:at], numbers[at:])
    return tuple({number: change[number] for number in half} for half in halves)


def _changed(lines: list[str], change: Change) -> list[str]:
    return [new for n, line in enumerate(lines) for new in change.get(n, (line,))]


def _line_by_line(new: Callable[[str], str], lines: list[str], fixed: frozenset[int]) -> Change:
    proposed = {n: new(line) for n, line in enumerate(lines) if n not in fixed}
    return {n: (line,) for n, line in proposed.items() if line != lines[n]}


def _trailing(lines: list[str], fixed: frozenset[int]) -> Change:
    """White space at the end goes, but for the two spaces that break a line."""
    proposed = {}
    for number, line in enumerate(lines):
        kept = line.rstrip(" \t")
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if kept and following and line.endswith("  "):
            kept += "  "
        if kept != line and number not in fixed:
            proposed[number] = (kept,)
    return proposed


def _bullet(line: str) -> str:
    return line if _RULE.match(line) else _BULLET.sub(r"\1-\2", line)


def _heading(line: str) -> str:
    found = _HEADING.match(line)
    return f"{found[1]} {canonical_heading(found[2])}" if found and found[2] else line


_headings: Rewrite = partial(_line_by_line, _heading)
_bullets: Rewrite = partial(_line_by_line, _bullet)
_bold: Rewrite = partial(_line_by_line, partial(_BOLD.sub, r"**\1**"))
_colons: Rewrite = partial(_line_by_line, partial(_COLON.sub, r"\1**\2**:"))


def _blank_lines(lines: list[str], fixed: frozenset[int]) -> Change:
    """One blank line where there were several, one around headings, none at the top or bottom."""
    change: dict[int, tuple[str, ...]] = {}
    last = len(lines) - 1
    end = max((n for n, line in enumerate(lines) if line.strip()), default=-1)
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        if number in fixed:
            continue
        if line.strip():
            after = lines[number + 1] if number < last else None
            new = _with_blank_lines(line, before, after)
            if new != (line,):
                change[number] = new
        elif end < number < last or (number <= end and not before.strip()):
            change[number] = ()
    return change


def _with_blank_lines(line: str, before: str, after: str | None) -> tuple[str, ...]:
    """The line with the blank lines that belong around it; `after` is None at the end."""
    heads = _is_heading(line)
    above = ("",) if heads and before.strip() else ()
    lacks = heads and after is not None and after.strip() and not _is_heading(after)
    return (*above, line, *(("",) if lacks or after is None else ()))


def _is_heading(line: str) -> bool:
    return _HEADING.match(line) is not None
