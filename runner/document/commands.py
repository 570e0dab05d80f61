"""Commands in fences: which fences are shell, where one command ends, which can be run at all.

A command can be run when it is one shell command as it stands: no placeholder to fill in, no
here-document, no loop over lines, nothing that is not seen. In doubt it can only be shown.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256

from runner.document.shell_lines import ShellLines, variables_read
from runner.model.commands import Command
from runner.model.frozen import frozen
from runner.model.runbook import Fence
from runner.model.safe_text import safe_text

_SHELL = frozenset({"bash", "sh", "shell", "zsh", "ksh", "dash"})
_SESSION = frozenset({"console", "shell-session", "shellsession", "sh-session", "terminal"})
_NOT_COMMANDS = frozenset({"text", "txt", "output", "log", "plain", "plaintext", "mermaid", "diff"})
_PROMPT = re.compile(r"^\s*\$ (?=\S)")
_OR = re.compile(r"#+\s*or\b[\s:,–—-]*(.*)", re.I)
_PLACEHOLDERS = re.compile(
    r"<[A-Za-z][\w .:/|-]*>"
    r"|\b[A-Za-z]*PLACEHOLDER[A-Za-z]*\b|(?<![A-Za-z])PLACEHOLDER"
    r"|Y{4}[-_/.]?M{2}[-_/.]?D{2}|\bY{2,4}-MM-DD\b|\bHH:?MM(?::?SS)?\b|\bDD[-/]MM\b"
    r"|\bX{3,}\b|\bx{3,}\b|\bCHANGE_?ME\b|\bREPLACE_?(?:ME|THIS)\b|\bTODO\b|\bTBD\b"
    r"|\byour[-_][A-Za-z]\w*|\{\{\s*\w+\s*\}\}|(?<![$%\w{])\{[A-Z][A-Z0-9_]+\}"
    r"|(?<![$%\w{'])\{[a-z]+(?:[-_][a-z]+)+\}|\[[A-Za-z]{2,}(?:[ _-][A-Za-z]+)+\]"
    r"|…|(?:(?<=\s)|^)\.\.\.(?=\s|$)"
    r"|(?<![${\w-])[A-Z][A-Z0-9]*_(?:ID|NAME|HOST|URL|ARN|IP|DATE|POD|NAMESPACE)\b(?!=)",
)
_OWN_SHELL_ONLY = re.compile(r"(cd|export|source|\.|alias|set|unset|umask|pushd|popd)\b(?!.*[;&|])")
_FULL_SCREEN = re.compile(r"(?:sudo\s+)?(vim?|nano|emacs|less|more|h?top|watch)\b")


@frozen
class _Found:
    """The text of a command, why it can only be shown, and what stands above it."""

    text: str
    refusal: str = ""
    is_alternative: bool = False
    note: str = ""


def read_commands(fences: Iterable[Fence]) -> tuple[Command, ...]:
    """Every command of these fences, numbered in order; other code counts as one, shown only."""
    found = (one for fence in fences for one in _in_fence(fence))
    return tuple(
        Command(
            number,
            one.text,
            "sha256:" + sha256(one.text.encode("utf-8", "surrogatepass")).hexdigest(),
            one.refusal or _refusal(one.text),
            variables_read(one.text),
            one.is_alternative,
            one.note,
        )
        for number, one in enumerate(found, 1)
    )


def placeholder_in(text: str) -> str:
    """The first thing in a command that somebody has to fill in; empty where there is none."""
    match = _PLACEHOLDERS.search(text)
    return match[0] if match else ""


def _in_fence(fence: Fence) -> Iterator[_Found]:
    language = fence.language.casefold().split(",")[0].split(" ")[0]
    lines = fence.text.split("\n")
    session = any(_PROMPT.match(line) for line in lines)
    if language in _SESSION or (session and (language in _SHELL or not language)):
        yield from _commands(lines, prompted=True)
    elif language in _SHELL:
        yield from _commands(lines, prompted=False)
    elif language not in _NOT_COMMANDS and fence.text.strip():
        said = f"it is {language}" if language else "its fence does not say that it is shell"
        yield _Found(fence.text.strip("\n"), f"{said}, not a shell command")


def _commands(lines: list[str], prompted: bool) -> Iterator[_Found]:
    reading, note, alternative = ShellLines(), "", False
    for raw in lines:
        line = raw
        if prompted and not reading.is_open:
            if not _PROMPT.match(raw):
                continue
            line = _PROMPT.sub("", raw)
        elif prompted:
            line = raw.removeprefix("> ")
        stripped = line.strip()
        if not reading.is_open and (not stripped or stripped.startswith("#")):
            if match := _OR.fullmatch(stripped):
                alternative, note = True, match[1]
            elif stripped:
                note = f"{note} {stripped.lstrip('# ')}".strip()
            continue
        reading.feed(line)
        if not reading.is_open:
            yield _Found(reading.text, reading.several, alternative, note)
            reading, note = ShellLines(), ""
    if reading.is_open:
        yield _Found(reading.text, "it does not end within its fence", alternative, note)


def _refusal(text: str) -> str:
    if safe_text(text) != text:
        return "it holds characters that are not seen"
    if found := placeholder_in(text):
        return f"fill in {found} first"
    if match := _OWN_SHELL_ONLY.match(text):
        return f"{match[1]} works only in a shell of your own"
    if match := _FULL_SCREEN.match(text):
        return f"{match[1]} needs a terminal of its own"
    return ""
