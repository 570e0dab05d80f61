"""Where a shell command ends: quotes, continued lines, here-documents, loops. Nothing is run."""

import re

_HEREDOC = re.compile(r"<<(-?)\s*(['\"]?)([A-Za-z_]\w*)\2")
_WORD = re.compile(r"[A-Za-z_{}!][\w]*")
_OPENS = frozenset({"if", "for", "while", "until", "case", "select", "{"})
_CLOSES = frozenset({"fi", "done", "esac", "}"})
_BEFORE_COMMAND = frozenset({"do", "then", "else", "elif", "!", "time", *_OPENS - {"for", "case"}})
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(:?[-=+])?|([A-Za-z_]\w*))")
_ASSIGNED = re.compile(r"(?:^|[\s;&|(])(?:([A-Za-z_]\w*)=|(?:for|read(?:\s+-r)?)\s+([A-Za-z_]\w*))")
_SET_BY_BASH = frozenset(
    [
        "BASH",
        "BASHPID",
        "BASH_VERSION",
        "EPOCHSECONDS",
        "EUID",
        "HOSTNAME",
        "HOSTTYPE",
        "IFS",
        "LINENO",
        "OLDPWD",
        "OSTYPE",
        "PATH",
        "PPID",
        "PWD",
        "RANDOM",
        "SECONDS",
        "SHELL",
        "SHLVL",
        "UID",
    ]
)
_SINGLE_QUOTED = re.compile(r"\\.|\"(?:\\.|[^\"\\])*\"|'[^']*'", re.S)


def variables_read(text: str) -> tuple[str, ...]:
    """The variables that a command expects to be set, in order; those with a default left out."""
    open_text = _SINGLE_QUOTED.sub(lambda m: " " if m[0][0] in "'\\" else m[0], text)
    own = {name for match in _ASSIGNED.finditer(open_text) for name in match.groups() if name}
    read = (m[1] or m[3] for m in _VARIABLE.finditer(open_text) if not m[2])
    return tuple(dict.fromkeys(n for n in read if n not in own and n not in _SET_BY_BASH))


class ShellLines:
    """The lines of one command so far. Feed it lines until it is no longer open.

    `several` says why it is more than a single command; empty where it is one.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._quote = ""
        self._depth = 0
        self._heredocs: list[tuple[str, bool]] = []
        self._continued = False
        self._at_command = True
        self.several = ""

    @property
    def is_open(self) -> bool:
        """Whether the command goes on in the next line."""
        return bool(self._lines) and bool(
            self._quote or self._depth > 0 or self._heredocs or self._continued
        )

    @property
    def text(self) -> str:
        """The command as it is written."""
        return "\n".join(self._lines).strip()

    def feed(self, line: str) -> None:
        """One more line."""
        self._lines.append(line)
        if self._heredocs and not self._quote and not self._continued:
            delimiter, tabs = self._heredocs[0]
            if (line.lstrip("\t") if tabs else line).rstrip() == delimiter:
                self._heredocs.pop(0)
            return
        self._continued = False
        self._at_command = self._at_command or not self._quote
        self._scan(line)

    def _scan(self, line: str) -> None:
        at = 0
        while at < len(line):
            if self._quote:
                at = self._in_quote(line, at)
            elif line[at] == "#" and (at == 0 or line[at - 1] in " \t;&|("):
                line = line[:at]
            else:
                at = self._bare(line, at)
        if not self._quote and line.rstrip().endswith(("|", "&&", "||")):
            self._continued = True

    def _in_quote(self, line: str, at: int) -> int:
        if line[at] == "\\" and self._quote != "'":
            return at + 2
        if line[at] == self._quote:
            self._quote = ""
        return at + 1

    def _bare(self, line: str, at: int) -> int:
        character = line[at]
        if character == "\\":
            self._continued = self._continued or at == len(line.rstrip("\n")) - 1
            return at + 2
        if line.startswith("<<<", at):
            return at + 3
        if match := _HEREDOC.match(line, at):
            self._heredocs.append((match[3], bool(match[1])))
            self.several = "it holds a here-document"
            return match.end()
        if match := _WORD.match(line, at):
            self._word(match[0], alone=match.end() == len(line) or line[match.end()] in " \t;)")
            return match.end()
        self._sign(character)
        return at + 1

    def _sign(self, character: str) -> None:
        if character in "'\"`":
            self._quote, self._at_command = character, False
        elif character == "(":
            self._depth, self._at_command = self._depth + 1, True
        elif character == ")":
            self._depth = max(self._depth - 1, 0)
        elif character in ";&|":
            self._at_command = True
        elif not character.isspace():
            self._at_command = False

    def _word(self, word: str, alone: bool) -> None:
        if self._at_command and alone and word in _OPENS:
            self._depth += 1
            self.several = "it is a script of several commands"
        elif self._at_command and alone and word in _CLOSES:
            self._depth = max(self._depth - 1, 0)
        self._at_command = alone and self._at_command and word in _BEFORE_COMMAND
