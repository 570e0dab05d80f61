"""Reading a runbook, a step or its branches from a few lines of text."""

from runner.document.parse import parse_runbook
from runner.model.runbook import Runbook, Step
from runner.model.source import SourceText


def parse(text: str) -> Runbook:
    return parse_runbook(SourceText("runbooks/example.md", text)).runbook


def step(body: str) -> Step:
    return parse(f"# Example\n\n## Diagnosis Flow\n\n### Step 1: Look\n\n{body}\n").steps[0]


def branches(body: str) -> list[tuple[str, list[str]]]:
    return [(b.text, [type(c).__name__ for c in b.consequences]) for b in step(body).branches]
