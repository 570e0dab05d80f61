"""Text of others made safe to show: no byte of it moves a cursor, forges a line or turns text."""

import re

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)


def safe_text(text: str) -> str:
    """The text with control, bidi, zero-width and surrogate characters shown as `<U+001B>`.

    Line feeds and tabs stay.
    """
    return _CONTROL.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)


def safe_line(text: str) -> str:
    """The same on one line: line feeds and tabs become spaces, runs of spaces one space."""
    return " ".join(safe_text(text).split())
