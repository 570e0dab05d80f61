"""Answers in words matched to the options of a question."""

import re

from runner.conditions.names import plain_phrase
from runner.errors import UsageError
from runner.model.runs import OpenQuestion, Option

_YES = frozenset({"y", "yes", "confirmed", "done", "ok", "true", "resolved"})
_NO = frozenset({"n", "no", "not done", "false"})


def chosen_options(question: OpenQuestion, words: str) -> tuple[str, ...]:
    """The keys of the options that `words` name: keys, numbers or the words of an option.

    Several are separated by commas where the question allows it. An empty answer is the default.
    Words behind "If" are those of an option, never a key. Raises UsageError, listing the options,
    where an answer names none or too many, or where it is the key of one and the words of another.
    """
    if not words.strip() and question.default:
        return (question.default,)
    whole = _named(question, words)
    if whole:
        return (whole.key,)
    parts = [part for part in words.split(",") if part.strip()]
    found = tuple(option.key for part in parts if (option := _named(question, part)))
    if not found or len(found) != len(parts) or (len(found) > 1 and not question.several):
        raise _refused(question, words)
    return tuple(dict.fromkeys(found))


def subject_of(question: OpenQuestion) -> str:
    """What an answer given ahead calls a question: `1`, `safety 2`, `stop`, `action 3`."""
    return question.id.split("/")[0].removeprefix("step ")


def names_of(question: OpenQuestion) -> tuple[str, ...]:
    """What an answer given ahead may call a question, the most exact name first.

    `3/1 gate` is one visit, `3 gate` every visit, `3` whatever is asked there.
    """
    exact = plain_subject(question.id)
    return exact, re.sub(r"/\d+", "", exact), plain_subject(subject_of(question))


def plain_subject(name: str) -> str:
    """The form in which names of questions are compared."""
    return " ".join(name.casefold().split()).removeprefix("step ")


def _named(question: OpenQuestion, words: str) -> Option | None:
    said = words.strip().casefold()
    by_key = [option for option in question.options if option.key.casefold() == said]
    wanted = plain_phrase(words).removeprefix("if ")
    exact = [option for option in question.options if plain_phrase(option.text) == wanted]
    if by_key and all(option is by_key[0] for option in exact):
        return by_key[0]
    if by_key:
        raise _ambiguous(by_key[0], exact, words)
    if len(exact) == 1:
        return exact[0]
    within = [o for o in question.options if wanted and wanted in plain_phrase(o.text)]
    if len(within) == 1:
        return within[0]
    for synonyms, key in ((_YES, "y"), (_NO, "n")):
        if said in synonyms:
            return next((option for option in question.options if option.key == key), None)
    return None


def _ambiguous(by_key: Option, by_words: list[Option], words: str) -> UsageError:
    ways = [f'"If {option.text}" for {option.key}' for option in by_words if option is not by_key]
    return UsageError(
        f"{words.strip()!r} is the key of one option and the words of another",
        "nothing was recorded",
        f'write "If {by_key.text}" for {by_key.key}, or {", or ".join(ways)}',
    )


def _refused(question: OpenQuestion, words: str) -> UsageError:
    options = ", ".join(f"{option.key} ({option.text})" for option in question.options)
    return UsageError(
        f"{words.strip()!r} is no answer to: {question.text}",
        "nothing was recorded",
        f"one of these is: {options}",
    )
