"""The table of lint rules. A code is never given to another rule."""

from runner.checks.rule import Rule
from runner.checks.rulebook import (
    actions,
    comparisons,
    conditions,
    data,
    document,
    expectations,
    flow,
    ignores,
    keys,
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *document.RULES,
            *ignores.RULES,
            *conditions.RULES,
            *expectations.RULES,
            *comparisons.RULES,
            *flow.RULES,
            *keys.RULES,
            *data.RULES,
            *actions.RULES,
        ),
        key=lambda rule: rule.code,
    )
)


def find_rule(code: str) -> Rule | None:
    """The rule with this code or name, letter case aside; None where there is none."""
    wanted = code.strip().casefold()
    return next((rule for rule in RULES if wanted in (rule.code.casefold(), rule.name)), None)
