"""How steps and actions are numbered in prose: `Step 3`, `Step 2b`, `Step III`, `Step Five`."""

_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty"
)
_ROMAN = "i|ii|iii|iv|v|vi|vii|viii|ix|x|xi|xii|xiii|xiv|xv|xvi|xvii|xviii|xix|xx"
_VALUES = {
    spelled: str(value)
    for names in (_WORDS, _ROMAN)
    for value, spelled in enumerate(names.split("|"), 1)
}
_LONG_ROMAN = "x?(?:viii|vii|vi|iv|ix|iii|ii)|xv|xi|xx"

NUMBER = (
    r"(?:\d\w*(?:\.\d\w*)*\b"
    rf"|(?:{_WORDS}|{_LONG_ROMAN}|(?-i:[IVX]))"
    r"(?![\w’']|-\w|\s+(?:more|times?|of|by)\b))"
)
"""A number as the name of a step: digits (`1`, `2b`, `1.1`), one to twenty in words, I to XX.

For patterns that ignore letter case; a numeral of one letter is a capital all the same.
"""
GAP = r"(?:\s+#?|\s*#|-(?=\d)|(?=\d))"
"""What may stand between the word and its number: `Step 3`, `Step #3`, `Step-3`, `Step3`."""

ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:st|nd|rd|th))"
"""A place in a row, in words up to ten; words such as next, previous and last are not in it."""


def plain_number(written: str) -> str:
    """The number in digits: `III` and `three` are `3`; `2b` stays as it is."""
    return _VALUES.get(written.casefold(), written)
