# ruff: noqa: S608 - every name in the SQL passes through `quoting`
"""Patterns of messages: which of a million lines say the same thing of different numbers.

Every word that holds a digit is masked, inside the engine, but for the name of a field (`size=`).
The distinct masked lines, few by now, are grouped by a small Drain (He et al., 2017): lines of one
length that begin alike belong together where enough words agree, and words that differ become `<*>`
too, unless they are few and say what happened. A record with a stack trace counts by the names of
the exceptions in it, and its first line.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from runner.kit.quoting import identifier

MASK = "<*>"
SIMILARITY = 0.6
"""The share of all words that two lines of one pattern have in common."""
SIMILARITY_OF_REST = 0.75
"""The same among the words that are not masked in both, which does as well."""
DEPTH = 2
"""The first words in which they agree all."""
MOST_LETTERS = 4_000
FEW_WORDS = 4
"""So many words in a place of a pattern say what happened (`paused`, `resumed`); more are names."""
_NAMES_FOLLOW = frozenset(
    (
        "at",
        "by",
        "called",
        "for",
        "from",
        "host",
        "in",
        "named",
        "of",
        "on",
        "to",
        "user",
        "with",
    )
)
_VERB_BEFORE = frozenset(("a", "an", "the"))
"""`to attach the volume`: a word before one of these is no name, whatever is in front of it."""
_VALUE = r"[^\s=]*\d\S*"
_DOES = re.compile(r"[A-Za-z]+(?<!warn)ing", re.IGNORECASE)
"""`removing`, `Starting`: what follows at the front of a line is what it is done to."""
_PATH = re.compile(r"(?:^|[\s=(\[\"'])[~.]?/|:\\|://")
_DAY, _MONTH = "Mon|Tue|Wed|Thu|Fri|Sat|Sun", "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_IN_WORDS = re.compile(
    r"<\*> (?:(?:bytes? )?<\*> [KMGTP]i?B\)|(?:[KMGTP]?i?B|bytes?|ms|secs?|s|min)\b)"
    rf"|\b(?:(?:{_DAY}),? +)?(?:{_MONTH})(?: +(?:<\*>|UTC|GMT)(?!\S)){{2,4}}"
)
"""`1190 bytes (1.16 KB)`, `12 s`, `340 ms` and `Tue Mar 3 09:14:07 2026`, their numbers masked."""
_RAISED = r"\n(?:Caused by: )?([\w$.]+(?:Error|Exception|Throwable|Interrupt))"


def cluster(con: Any, source: str, text: str, name: str) -> int:
    """Make the table `name`: the rows of `source` with a column `pattern` of their column `text`.

    Returns how many patterns there are. A null has no pattern. The same rows give the same patterns
    in any order and with any number of threads.
    """
    masked = identifier(f"{name}_masked")
    con.execute(
        f"create or replace temp table {masked} as "
        f"select *, {_masked(identifier(text))} as kit_mask from {identifier(source)}"
    )
    found = con.execute(
        f"select kit_mask from {masked} where kit_mask is not null "
        "group by kit_mask order by count(*) desc, kit_mask"
    ).fetchall()
    masks = [mask for (mask,) in found]
    lines = [_IN_WORDS.sub(MASK, mask) for mask in masks]
    patterns = with_many_masked(with_few_words(drain(lines), lines))
    con.execute(
        "create or replace temp table kit_patterns as "
        "select unnest($masks::varchar[]) as kit_mask, unnest($patterns::varchar[]) as pattern",
        {"masks": masks, "patterns": patterns},
    )
    con.execute(
        f"create or replace temp table {identifier(name)} as "
        f"select m.* exclude (kit_mask), p.pattern from {masked} m left join kit_patterns p "
        "using (kit_mask)"
    )
    con.execute(f"drop table {masked}; drop table kit_patterns")
    return len(set(patterns))


def drain(lines: list[str]) -> list[str]:
    """The pattern of each masked line, in the order given; earlier lines shape the patterns."""
    tree: dict[tuple[Any, ...], list[list[str]]] = {}
    of_line: list[list[str]] = []
    for line in lines:
        words = line.split()
        head = tuple(MASK if MASK in word else word for word in words[:DEPTH])
        leaf = tree.setdefault((len(words), *head), [])
        nearest = _nearest(leaf, words)
        if nearest is None:
            leaf.append(words)
            of_line.append(words)
        else:
            for place, word in enumerate(words):
                if nearest[place] != word:
                    nearest[place] = MASK
            of_line.append(nearest)
    return [" ".join(words) for words in of_line]


def with_few_words(patterns: Sequence[str], lines: Sequence[str]) -> list[str]:
    """The pattern of each masked line, with the words put back that are few in their place.

    A word behind one such as `for` or `from` is a name, however few there are, unless an article
    follows; so is a path.
    """
    of_pattern: dict[str, list[list[str]]] = defaultdict(list)
    for pattern, line in zip(patterns, lines, strict=True):
        of_pattern[pattern].append(line.split())
    places = {one: set(_places_of_few(one.split(), of)) for one, of in of_pattern.items()}
    return [
        " ".join(
            word if place in places[pattern] else known
            for place, (known, word) in enumerate(zip(pattern.split(), line.split(), strict=True))
        )
        for pattern, line in zip(patterns, lines, strict=True)
    ]


def _places_of_few(pattern: list[str], lines: list[list[str]]) -> Iterable[int]:
    around = zip(["", *pattern], pattern, [*pattern[1:], ""], strict=False)
    for place, (before, known, behind) in enumerate(around):
        if known == MASK and (behind in _VERB_BEFORE or not _announces_a_name(before)):
            words = {line[place] for line in lines}
            if len(words) <= FEW_WORDS and not any(MASK in w or _PATH.search(w) for w in words):
                yield place


def _announces_a_name(word: str) -> bool:
    return word.strip("\"':,").lower() in _NAMES_FOLLOW


def with_many_masked(patterns: Sequence[str]) -> list[str]:
    """The patterns, with many words behind one such as `removing` masked where the rest is one.

    `drain` keeps apart what differs in the first words, so that it never sees them together.
    """
    objects: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for words in map(str.split, set(patterns)):
        if _DOES.fullmatch("".join(words[:1])) and MASK not in "".join(words[1:2]):
            objects[words[0], *words[2:]].update(words[1:2])
    many = {
        " ".join((first, word, *rest)): " ".join((first, MASK, *rest))
        for (first, *rest), words in objects.items()
        if len(words) > FEW_WORDS
        for word in words
    }
    return [many.get(pattern, pattern) for pattern in patterns]


def _nearest(leaf: list[list[str]], words: list[str]) -> list[str] | None:
    """The pattern that agrees in most words, and in enough of them."""
    best, most = None, (-1, -1)
    for known in leaf:
        agreed = sum(a == b != MASK for a, b in zip(known, words, strict=True))
        score = (agreed, known.count(MASK))
        if score > most and _is_enough(agreed, known, words):
            best, most = known, score
    return best


def _is_enough(agreed: int, known: list[str], words: list[str]) -> bool:
    if agreed >= SIMILARITY * len(words):
        return True
    unmasked = sum(not a == b == MASK for a, b in zip(known, words, strict=True))
    return agreed >= SIMILARITY_OF_REST * unmasked


def _masked(text: str) -> str:
    """SQL for the masked first line, cut where it is long, behind the exceptions of a trace."""
    first = f"left(split_part({text}, chr(10), 1), {MOST_LETTERS})"
    line = f"regexp_replace({first}, '{_VALUE}', '{MASK}', 'g')"
    raised = f"array_to_string(regexp_extract_all({text}, '{_RAISED}', 1), '/')"
    return (
        f"case when contains({text}, chr(10)) then trim({raised} || ' ' || {line}) else {line} end"
    )
