"""The rules as text: one explained on the terminal, all of them as a page of the reference."""

from runner.checks.rule import Rule
from runner.checks.rules import RULES, find_rule
from runner.errors import NotFound

_INTRODUCTION = """\
# Diagnostics

What `runbook lint` says, by code. A code is stable: it is never given to another rule. An *error*
stops a run before it starts; a *warning* and a *note* do not. `runbook rule RB104` shows the same
text on the terminal.

The examples call two KEYs. `jupyter-webhook-event-analysis` publishes `delivery_success_rate`
(a ratio, also "Success Rate"), `signature_errors` and `timeout_errors` (counts), `latency_p95` (a
duration in seconds), `impact` (low or high), `worst_event_type` (a text) and
`failures_by_event_type` (a table, "Failure patterns"). `jupyter-message-trace-analysis` publishes
`common_producer` (yes or no) and `timeout_errors` (a count). Each bad example triggers its rule
and no other, and each mended one none: the tests see to that.
"""

_GROUPS = (
    ("RB0", "The document"),
    ("RB1", "Conditions and what they are bound to"),
    ("RB2", "Targets and flow"),
    ("RB3", "Calls of KEYs"),
    ("RB4", "Actions and safety"),
)


def explain(code: str) -> str:
    """What a rule finds, why it matters, and an example with its mend. Takes a code or a name."""
    rule = find_rule(code)
    if rule is None:
        known = ", ".join(rule.code for rule in RULES)
        raise NotFound(f"there is no rule {code}", hint=f"the rules are {known}")
    return _section(rule, "#")


def reference_page() -> str:
    """The whole of `docs/reference/diagnostics.md`: a table, then every rule with its example."""
    parts = [_INTRODUCTION]
    for prefix, title in _GROUPS:
        rules = tuple(rule for rule in RULES if rule.code.startswith(prefix))
        parts += [f"## {title}\n", _table(rules), *(_section(rule, "###") for rule in rules)]
    return "\n".join(parts)


def _table(rules: tuple[Rule, ...]) -> str:
    rows = ["| Code | Name | Severity | Finds |", "|---|---|---|---|"]
    for rule in rules:
        name = f"[{rule.code}](#{_anchor(rule)})"
        rows.append(f"| {name} | {rule.name} | {rule.severity.value} | {rule.summary} |")
    return "\n".join(rows) + "\n"


def _section(rule: Rule, mark: str) -> str:
    return (
        f"{mark} {rule.code} {rule.name}\n\n"
        f"*{rule.severity.value.capitalize()}.* {rule.summary}\n\n"
        f"{rule.why}\n\n"
        f"{rule.setting.value}\n\n"
        f"~~~markdown\n{rule.bad}~~~\n\n"
        f"Mended:\n\n"
        f"~~~markdown\n{rule.mended}~~~\n"
    )


def _anchor(rule: Rule) -> str:
    return f"{rule.code.casefold()}-{rule.name}"
