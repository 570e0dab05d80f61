"""Which rules speak: `--select` and `--ignore` with codes, beginnings of codes, and names."""

from collections.abc import Iterable

from runner.checks.rules import RULES, find_rule
from runner.errors import UsageError
from runner.model.frozen import frozen


@frozen
class Selection:
    """Beginnings of codes that are wanted and not wanted; nothing wanted means everything."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @staticmethod
    def of(select: Iterable[str], ignore: Iterable[str]) -> "Selection":
        """From the options of the command line. Raises UsageError for what is no rule."""
        return Selection(_beginnings(select, "--select"), _beginnings(ignore, "--ignore"))

    def wants(self, code: str) -> bool:
        """Whether a rule speaks. The longer beginning decides, and of two as long --ignore."""
        wanted = _longest(self.select, code) if self.select else 0
        return wanted is not None and wanted > (_longest(self.ignore, code) or -1)


def _longest(beginnings: tuple[str, ...], code: str) -> int | None:
    return max((len(some) for some in beginnings if code.startswith(some)), default=None)


def _beginnings(options: Iterable[str], option: str) -> tuple[str, ...]:
    words = [word.strip() for text in options for word in text.split(",")]
    return tuple(_beginning(word, option) for word in words if word)


def _beginning(word: str, option: str) -> str:
    rule = find_rule(word)
    beginning = rule.code if rule else word.upper()
    if any(known.code.startswith(beginning) for known in RULES):
        return beginning
    near = _near(beginning)
    raise UsageError(
        f"{option} {word}: no rule has a code that begins so",
        "nothing was checked",
        f"did you mean {near}?" if near else "docs/reference/diagnostics.md lists the rules",
    )


def _near(code: str) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(code, [rule.code for rule in RULES], n=1)), "")
