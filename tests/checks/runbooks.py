"""Runbooks to check: the clean one, and the clean one with a part replaced by an example."""

import re
from pathlib import Path

from runner.checks.check import check_runbook
from runner.checks.ignores import heed_ignores
from runner.checks.rule import Setting
from runner.checks.subject import KnownNames
from runner.document.parse import parse_runbook
from runner.interpreter.program import Program
from runner.model.contract import DeclaredInput, KeyContract, OutputSpec
from runner.model.diagnostics import Diagnostic
from runner.model.identity import KeyName
from runner.model.source import SourceText
from runner.model.values import OutputType

CASES = Path(__file__).parent / "cases"
CLEAN = (CASES / "clean.md").read_text(encoding="utf-8")
KNOWN = KnownNames(
    keys=("jupyter-webhook-event-analysis", "jupyter-message-trace-analysis"),
    runbooks=("broker-outage", "Disk almost full"),
)

Type = OutputType
_WEBHOOKS = (
    OutputSpec("delivery_success_rate", "Delivery success rate", Type.RATIO, ("Success Rate",)),
    OutputSpec("signature_errors", "Signature errors", Type.COUNT),
    OutputSpec("timeout_errors", "Timeout errors", Type.COUNT, ("timeouts", "delivery timeouts")),
    OutputSpec("latency_p95", "Latency p95", Type.DURATION, ("p95 latency",), "s"),
    OutputSpec("impact", "Impact", Type.ENUM, values=("low", "high")),
    OutputSpec("worst_event_type", "Worst event type", Type.TEXT),
    OutputSpec("failures_by_event_type", "Failure patterns", Type.TABLE),
)
_TRACE = (
    OutputSpec("common_producer", "Common producer", Type.FLAG),
    OutputSpec("timeout_errors", "Timeout errors", Type.COUNT, ("trace timeouts",)),
)


def contract(slug: str, outputs: tuple[OutputSpec, ...]) -> KeyContract:
    """A KEY with one input, two questions and these outputs."""
    log = DeclaredInput("log", "log", ("csv",))
    name, questions = KeyName(f"jupyter-{slug}"), ("What fails?", "Since when?")
    return KeyContract(name, slug, "", "1.0.0", (log,), (), outputs, questions)


CONTRACTS = (
    contract("webhook-event-analysis", _WEBHOOKS),
    contract("message-trace-analysis", _TRACE),
)


def check(
    text: str,
    contracts: tuple[KeyContract, ...] = CONTRACTS,
    known: KnownNames = KNOWN,
    path: str = "runbooks/webhooks.md",
) -> tuple[Diagnostic, ...]:
    """What is said against a text."""
    parsed = parse_runbook(SourceText(path, text))
    found = check_runbook(parsed, Program(parsed.runbook, contracts), known)
    return heed_ignores(parsed.runbook.source, found).diagnostics


def codes(text: str) -> list[str]:
    """The codes that a text gives, by place."""
    return [found.code for found in check(text)]


def in_setting(example: str, setting: Setting) -> str:
    """A whole runbook that is clean but for the example."""
    match setting:
        case Setting.WHOLE:
            return example
        case Setting.TOP:
            return example + CLEAN
        case Setting.KEY_STEP:
            before, rest = CLEAN.split("<!-- branches of Step 1 -->\n")
            return before + "\n" + example + rest[rest.index("<!-- end -->") :]
        case Setting.SECTIONS:
            return _with_sections(example)


def _with_sections(example: str) -> str:
    replaced = dict(_sections(example))
    parts = [CLEAN[: CLEAN.index("\n## ") + 1]]
    for heading, text in _sections(CLEAN):
        parts.append(replaced.get(heading, text))
    return "".join(parts)


def _sections(text: str) -> list[tuple[str, str]]:
    parts = re.split(r"^(?=## )", text, flags=re.M)[1:]
    return [(part.splitlines()[0], part.rstrip("\n") + "\n\n") for part in parts]
