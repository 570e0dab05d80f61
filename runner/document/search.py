"""From an alert or from words to runbooks: by their alerts, names, and When to Use."""

import re
from collections.abc import Iterator

from runner.conditions.names import words_of
from runner.model.frozen import frozen
from runner.model.runbook import Runbook, SectionKind

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")
_METRIC = re.compile(r"[A-Za-z][\w:.]*")
_EXPRESSION = re.compile(
    r"(?P<measured>.*?[\w)}\]])\s*(?P<sign>[<>=!]=?|[≤≥≠])\s*(?P<bound>\d[\d.,]*)\s*(?P<unit>%|[A-Za-zµ]*)[\s.!]*",
    re.S,
)
"""An alert expression: what is measured, and its threshold."""
_LEAST_SHARE = 0.5
_SMALL = frozenset(
    {"of", "in", "on", "at", "to", "for", "and", "or", "is", "are", "was", "our", "we", "by"}
    | {"with", "from", "it", "its", "not"}
)


@frozen
class Match:
    """A runbook that fits. `score` is 1 for the alert itself; `because` says what fits."""

    runbook: Runbook
    score: float
    because: str


def search(runbooks: tuple[Runbook, ...], text: str) -> tuple[Match, ...]:
    """The runbooks that fit, best first; of equal ones by slug. At least half the words must."""
    found = (match for runbook in runbooks if (match := _match(runbook, text)))
    return tuple(sorted(found, key=lambda match: (-match.score, match.runbook.slug)))


def near_names(runbooks: tuple[Runbook, ...], text: str) -> tuple[str, ...]:
    """Slugs and alert names that look like `text`, for hints."""
    from difflib import get_close_matches

    names = [name for runbook in runbooks for name in (runbook.slug, *_alert_names(runbook))]
    whole = get_close_matches(text.strip(), names, n=3, cutoff=0.5)
    by_word = {word: name for name in names for word in _words(name)}
    single = [near for word in _words(text) for near in get_close_matches(word, by_word, n=1)]
    return tuple(dict.fromkeys([*whole, *(by_word[near] for near in single)]))[:3]


def _match(runbook: Runbook, text: str) -> Match | None:
    for score, because in _by_alert(runbook, text):
        return Match(runbook, score, because)
    wanted = _words(_measured(text))
    if not wanted:
        return None
    if wanted in (_words(runbook.slug), _words(runbook.title)):
        return Match(runbook, 0.9, "its name")
    best = {word: hit for word in wanted if (hit := _best(runbook, word))}
    share = len(best) / len(wanted)
    if share < _LEAST_SHARE:
        return None
    weight = sum(score for score, _ in best.values()) / len(wanted)
    places = ", ".join(dict.fromkeys(place for _, place in best.values()))
    return Match(runbook, round(0.8 * weight, 3), f"{', '.join(best)} in its {places}")


def _by_alert(runbook: Runbook, text: str) -> Iterator[tuple[float, str]]:
    """The alert itself, its name with the threshold, its name, or that inside a longer message."""
    given = "".join(text.casefold().split())
    for alert in runbook.alerts:
        if given and given == "".join(alert.casefold().split()):
            yield 1.0, f"its alert {alert}"
    wanted = _words(_measured(text))
    names = {_words(name) for name in _METRIC.findall(text) if len(_words(name)) > 1}
    named = [a for a in runbook.alerts if _words(_name_of(a)) in names | {wanted} - {()}]
    for alert in named:
        if _threshold(alert) is not None and _threshold(alert) == _threshold(text):
            yield 0.98, f"its alert {alert}"
    for alert in named:
        yield 0.95, f"its alert {alert}"


def _measured(text: str) -> str:
    """An alert expression without its threshold, which is no word to look for; any other text."""
    expression = _EXPRESSION.fullmatch(text)
    return expression["measured"] if expression else text


def _threshold(text: str) -> tuple[float, str] | None:
    """The bound of an alert expression with its unit, a share as a number: 5% is 0.05."""
    expression = _EXPRESSION.fullmatch(text)
    if expression is None:
        return None
    unit, digits = expression["unit"].casefold(), expression["bound"].replace(",", "").rstrip(".")
    try:
        bound = float(digits)
    except ValueError:
        return None
    return (round(bound / 100, 12), "") if unit == "%" else (bound, unit)


def _best(runbook: Runbook, word: str) -> tuple[float, str] | None:
    """The weightiest place of a runbook that holds a word."""
    return next(
        ((weight, place) for weight, place, text in _places(runbook) if word in _words(text)), None
    )


def _places(runbook: Runbook) -> Iterator[tuple[float, str, str]]:
    yield 1.0, "name", f"{runbook.slug} {runbook.title}"
    yield 0.95, "alerts", " ".join(runbook.alerts)
    yield 0.9, "tags", " ".join(runbook.metadata.tags)
    yield 0.8, "When to Use", _section_text(runbook, SectionKind.WHEN_TO_USE)
    yield 0.7, "description", runbook.metadata.description
    yield 0.6, "Scope", _section_text(runbook, SectionKind.SCOPE)
    yield 0.5, "steps", " ".join(step.title for step in runbook.places)
    yield 0.5, "actions", " ".join(action.title for action in runbook.actions)


def _section_text(runbook: Runbook, kind: SectionKind) -> str:
    section = runbook.section(kind)
    if section is None:
        return ""
    later = [s.span.start for s in runbook.sections if s.span.start > section.span.end]
    end = min(later, default=len(runbook.source.text))
    return runbook.source.text[section.span.end : end]


def _alert_names(runbook: Runbook) -> Iterator[str]:
    yield from (name for alert in runbook.alerts if (name := _name_of(alert)))


def _name_of(alert: str) -> str:
    """The metric or the name that an alert expression speaks of: its longest identifier."""
    return max(_METRIC.findall(alert), key=len, default="")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in words_of(_CAMEL.sub(" ", text)) if word not in _SMALL)
