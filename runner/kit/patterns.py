# ruff: noqa: S608 - every name in the SQL passes through `quoting`
"""Patterns of messages: which of a million lines say the same thing of different numbers.

Every word that holds a digit is masked, inside the engine. The distinct masked lines, few by now,
are grouped by a small Drain (He et al., 2017): lines of one length that begin alike belong together
where enough words agree, and words that differ become `<*>` too. A record with a
stack trace counts by the names of the exceptions in it, and its first line.
"""

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
    patterns = drain([line for (line,) in found])
    con.execute(
        "create or replace temp table kit_patterns as "
        "select unnest($lines::varchar[]) as kit_mask, unnest($patterns::varchar[]) as pattern",
        {"lines": [line for (line,) in found], "patterns": patterns},
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
    line = f"regexp_replace({first}, '\\S*\\d\\S*', '{MASK}', 'g')"
    raised = f"array_to_string(regexp_extract_all({text}, '{_RAISED}', 1), '/')"
    return (
        f"case when contains({text}, chr(10)) then trim({raised} || ' ' || {line}) else {line} end"
    )
