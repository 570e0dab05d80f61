"""Meaning does not depend on typography: rewritten at random, a runbook stays the same model."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.document.parse import parse_runbook
from runner.model.frozen import field_names, is_frozen
from runner.model.source import SourceText
from tests.properties.rewrites import REWRITES

ROOT = Path(__file__).parents[2]
FILES = (
    ROOT / "runbooks" / "webhook-failures.md",
    ROOT / "tests" / "examples" / "queue-backlog.md",
    ROOT / "tests" / "examples" / "certificate-expiry.md",
)
NUMBERED = """\
# Disk full

## Immediate Safety Checks

1. **Is it the database**
   - If it is the database: escalate to the DBA
2. **Is somebody on it**
   - If so: STOP

## Diagnosis Flow

1. Look at the mounts. If only one is full, go to step 3.
2. **Look at the logs**
   1. Sort them by size
   2. Read the largest
   - **If it names a job**: See Action 1

```
du -sh /var/*
```

3. Ask the owner
   - If nobody answers:
     - and it is night: escalate to the lead

## Action Steps

### 1. Rotate the logs (REVERSIBLE)

### 2. Delete the dumps (IRREVERSIBLE)

## Rollback / Escalation

**Escalate if**:

- more than 3 hosts
"""
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in FILES} | {"numbered": NUMBERED}
LEFT_OUT = ("span", "location_span", "source", "body")
TITLES = ("sections", "horizon")


def meaning(value: object) -> object:
    """A model without its places in the source, and without what only repeats the source."""
    if isinstance(value, tuple):
        return [meaning(part) for part in value]
    if is_frozen(value):
        kept = [name for name in field_names(value) if name not in LEFT_OUT]
        return {name: meaning(getattr(value, name)) for name in kept}
    return value.casefold() if isinstance(value, str) else value


def model(text: str) -> dict[str, object]:
    runbook = parse_runbook(SourceText("runbooks/example.md", text)).runbook
    found = meaning(runbook)
    assert isinstance(found, dict)
    found["sections"] = [section.kind for section in runbook.sections]
    return found


PLAIN = {name: model(text) for name, text in TEXTS.items()}


def difference(one: object, other: object, path: str = "") -> str:
    """Where two models differ, for the message."""
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = ((name, one[name], other.get(name)) for name in one)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = ((str(n), a, b) for n, (a, b) in enumerate(zip(one, other, strict=True)))
    else:
        return "" if one == other else f"{path}: {one!r} is now {other!r}"
    return next((d for n, a, b in pairs if (d := difference(a, b, f"{path}.{n}"))), "")


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("name", TEXTS)
def test_a_rewrite_leaves_the_model_as_it_is(name: str, rewrite: str) -> None:
    assert difference(PLAIN[name], model(REWRITES[rewrite](TEXTS[name]))) == ""


@given(
    st.sampled_from(sorted(TEXTS)),
    st.lists(st.sampled_from(sorted(REWRITES)), max_size=6, unique=True),
)
@settings(max_examples=int(os.environ.get("RUNBOOK_EXAMPLES", "120")), deadline=None)
def test_rewrites_one_after_the_other_leave_the_model_as_it_is(
    name: str, rewrites: list[str]
) -> None:
    text = TEXTS[name]
    for rewrite in sorted(rewrites, key=list(REWRITES).index):
        text = REWRITES[rewrite](text)
    assert difference(PLAIN[name], model(text)) == ""


def test_each_rewrite_changes_something() -> None:
    for name, rewrite in REWRITES.items():
        assert any(rewrite(text) != text for text in TEXTS.values()), name
