"""When two phrases are the same name: letter case, plural, articles and punctuation aside."""

import re
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")
_ARTICLES = frozenset({"a", "an", "the", "any", "some"})
_KEEP_S = ("ss", "us", "is")
_REMEMBERED = 10_000
"""Names and phrases are compared again and again; each is taken apart once."""


@lru_cache(_REMEMBERED)
def words_of(text: str) -> tuple[str, ...]:
    """The words that count, each in the singular."""
    words = _WORD.findall(text.casefold())
    return tuple(singular(word) for word in words if word not in _ARTICLES)


@lru_cache(_REMEMBERED)
def plain_phrase(text: str) -> str:
    """The form in which two names are compared."""
    return " ".join(words_of(text))


def likeness(one: str, other: str) -> float:
    """How alike two phrases look, from 0 to 1: the share of pairs of letters that both have."""
    left, right = _pairs(one), _pairs(other)
    return 2 * len(left & right) / ((len(left) + len(right)) or 1)


@lru_cache(_REMEMBERED)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(f" {text} ")))


def singular(word: str) -> str:
    """The singular of an English word by its ending; a word without a plural ending as it is."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(_KEEP_S):
        return word[:-1]
    return word
