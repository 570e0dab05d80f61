"""YAML as most front matter is written, read without a YAML library, which takes 8 ms to import.

One `name: value` a line, where the value is some plain words, a date, a version, true or false, or
a list in brackets.
"""

import re
from collections.abc import Iterable
from datetime import date

_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*): +(\S.*?) *")
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?:[,;.]? [A-Za-z0-9(][A-Za-z0-9_./()'-]*)*\.?")
_ITEM = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?: [A-Za-z0-9][A-Za-z0-9_./-]*)*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_NOT_TEXT = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


class _NotPlain(Exception):
    """Here a YAML library has to say what is meant."""


def read_plain(lines: Iterable[str]) -> dict[object, object] | None:
    """What YAML makes of these lines; None where one of them is not as plain as that."""
    found: dict[object, object] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or match[1].lower() in _NOT_TEXT or match[1] in found:
            return None
        try:
            found[match[1]] = _value(match[2])
        except (_NotPlain, ValueError):
            return None
    return found


def _value(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if _DATE.fullmatch(text):
        return date.fromisoformat(text)
    if text[0] == "[" and text[-1] == "]":
        return [_item(item.strip()) for item in text[1:-1].split(",")]
    if _VERSION.fullmatch(text):
        return text
    if text.lower() in _NOT_TEXT or not _WORDS.fullmatch(text):
        raise _NotPlain
    return text


def _item(text: str) -> str:
    if text.lower() in _NOT_TEXT or not _ITEM.fullmatch(text):
        raise _NotPlain
    return text
