"""The shape of an SQL statement: what is left when its values are taken out.

Two statements have one fingerprint when they differ only in numbers, strings, parameters, the
length of IN lists and of VALUES, comments, white space, letter case and trailing semicolons.
Statements that a log cut off keep the shape of what is there.
"""

import re
from enum import Enum

from runner.kit.quoting import literal


class Dialect(Enum):
    """Whose quoting a statement follows: in MySQL `"x"` is a string, and `\\'` does not end one."""

    POSTGRES = "postgres"
    MYSQL = "mysql"


def fingerprint(statement: str, dialect: Dialect = Dialect.POSTGRES) -> str:
    """The statement without its values: `select * from a where id = ?`. Never raises."""
    tokens: list[str] = []
    for found in _TOKENS[dialect].finditer(statement):
        kind, text = found.lastgroup, found.group()
        if kind == "gap":
            continue
        if kind == "value":
            _drop_sign(tokens)
            tokens.append("?")
        elif kind == "quoted":
            tokens.append(_plain_if_it_can_be(text))
        else:
            tokens.append(text.lower())
    while tokens and tokens[-1] == ";":
        tokens.pop()
    return _set(_without_lengths(" ".join(tokens)))


def mask(text: str, dialect: Dialect = Dialect.POSTGRES) -> str:
    """SQL for a key under which statements of one fingerprint mostly meet, made by the engine.

    Equal masks have equal fingerprints; the reverse need not hold. So a million statements are
    grouped by it, and only one of each group is read by `fingerprint`. `text` is an SQL expression.
    """
    pattern, odd = _MASKS[dialect]
    masked = f"regexp_replace({text}, {literal(pattern)}, '\\1\\2\\3?', 'gs')"
    return f"case when regexp_matches({text}, {literal(odd)}, 's') then {text} else {masked} end"


_NUMBER = (
    r"0[xX][0-9a-fA-F_]+\b|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w$])"
    r"|\d\w*"
)
_COMMON = r"""
    (?P<word>[^\W\d][\w$]*)
  | (?P<mark>::|:=|->>|->|\#>>|\#>|@>|<@|<=|>=|<>|!=|\|\||&&|!~\*|!~|~\*|[^\s\w])
"""
_TOKENS = {
    Dialect.POSTGRES: re.compile(
        rf"""
        (?P<gap>\s+|--[^\n]*|/\*(?:[^/*]|\*(?!/)|/(?!\*)|/\*(?:[^*]|\*(?!/))*\*/)*(?:\*/|\Z))
      | (?P<value>\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)
          | [eE]'(?:[^'\\]|''|\\.)*(?:'|\\?\Z)
          | (?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|\Z)
          | \$\d+ | {_NUMBER})
      | (?P<quoted>(?:[uU]&)?"(?:[^"]|"")*(?:"|\Z))
      | {_COMMON}
        """,
        re.DOTALL | re.VERBOSE,
    ),
    Dialect.MYSQL: re.compile(
        rf"""
        (?P<gap>\s+|\#[^\n]*|--(?=\s|\Z)[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<value>(?:[bBxXnN]|_\w+\s*)?'(?:[^'\\]|''|\\.)*(?:'|\\?\Z)
          | "(?:[^"\\]|""|\\.)*(?:"|\\?\Z)
          | \? | {_NUMBER})
      | (?P<quoted>`(?:[^`]|``)*(?:`|\Z))
      | {_COMMON}
        """,
        re.DOTALL | re.VERBOSE,
    ),
}
_STRING, _PLAIN_NUMBER = "'(?:[^']|'')*(?:'|$)", r"\b\d+\b"
_MASKS = {
    Dialect.POSTGRES: (
        r"""("(?:[^"]|"")*(?:"|$))|(--)[^\n]*|(/\*).*?\*/|\$\$.*?\$\$|"""
        + f"{_STRING}|{_PLAIN_NUMBER}",
        r"\$[^\W\d]\w*\$|/\*.*/\*|\\|\w\$\d",
    ),
    Dialect.MYSQL: (
        r"""(`(?:[^`]|``)*(?:`|$))|(--[ \t]|#)[^\n]*|(/\*).*?\*/|"(?:[^"]|"")*(?:"|$)|"""
        + f"{_STRING}|{_PLAIN_NUMBER}",
        r"\\|--[\r\n]|--$|\w\$\d",
    ),
}
_BEFORE_A_SIGN = re.compile(
    r"select|where|and|or|not|limit|offset|between|in|then|else|when|by|values|like|set|return"
    r"|returning|interval|on|having|case|default|[(\[,=<>+*/%-]|<=|>=|<>|!=|:=|\|\|"
)


def _drop_sign(tokens: list[str]) -> None:
    """`= -5` is a value as `= 5` is; `a - 5` is a difference."""
    if (
        tokens
        and tokens[-1] in ("-", "+")
        and (len(tokens) == 1 or _BEFORE_A_SIGN.fullmatch(tokens[-2]))
    ):
        tokens.pop()


def _plain_if_it_can_be(quoted: str) -> str:
    """`"users"` is the same name as `users`; `"Users"` is not, nor is a name with a blank."""
    inner = quoted[1:-1]
    is_plain = re.fullmatch(r"[a-z_][a-z0-9_$]*", inner) and quoted[0] == quoted[-1]
    return inner if is_plain else quoted


_VALUES = re.compile(r"\b(in|values) \( \?(?: , \?)* (?:\)|\Z)|\[ \?(?: , \?)* (?:\]|\Z)")
_CUT = re.compile(r"\bin \( \?(?: , \?)*(?: ,)?\Z")
_TUPLES = re.compile(r"\bin \( (\( \?(?: , \?)+ \))(?: , \1)*(?: \)|\Z)")
_ROWS = re.compile(r"\b(values) (\( .*? \))(?: , \2)+")
_TRAILING_ROWS = re.compile(r"(\bvalues \(\?\+\))(?: , \( \?(?: , \?)* \))+")


def _without_lengths(text: str) -> str:
    """Lists of values by what they are, whatever their number."""
    if " in (" in text:
        text = _CUT.sub("in (?+)", _TUPLES.sub("in ((?+))", text))
    text = _ROWS.sub(r"\1 \2", text) if "values (" in text else text
    text = _VALUES.sub(lambda m: f"{m[1]} (?+)" if m[1] else "[?+]", text)
    return _TRAILING_ROWS.sub(r"\1", text)


_TIGHT = re.compile(r" (?=[,).;\]])|(?<=[(\[.]) | ?(::) ?|(?<=\w) (?=\[)")
_CALL = re.compile(
    r"(?<![\w.])(?!(?:in|values|and|or|not|where|on|using|as|from|select|by|when|then|else|any|all"
    r"|exists|over|with|filter|join|into|set|union|case|returning) )(\w+) \((?!\?\+)"
)


def _set(text: str) -> str:
    """Spaces where a reader expects them."""
    return _CALL.sub(r"\1(", _TIGHT.sub(lambda m: m[1] or "", text))
