"""RB0xx: the document."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB001",
        "unreadable-front-matter",
        Severity.WARNING,
        "The block at the top is no YAML, so nothing in it counts.",
        "Slug, title, owner and severity are taken from the heading and the file name instead, and "
        "nobody notices until a report names no owner.",
        Setting.TOP,
        """\
---
title: Webhooks: failing deliveries
---
""",
        """\
---
title: "Webhooks: failing deliveries"
---
""",
    ),
    Rule(
        "RB002",
        "missing-sections",
        Severity.WARNING,
        "Canonical sections are missing.",
        "A short runbook runs all the same. What is missing is what a tired reader looks for: when "
        "not to use it, how to roll back, what to record.",
        Setting.WHOLE,
        """\
# Disk full

## Diagnosis Flow

### Step 1: See what grows

**Action**: compare `df -h` with the graph
""",
        """\
# Disk full

## Scope
Hosts of the payment cluster.
## When to Use
A disk is above 90 %.
## When NOT to Use
The host is being drained.
## Immediate Safety Checks
None.
## Diagnosis Flow

### Step 1: See what grows

**Action**: compare `df -h` with the graph

## Action Steps
None: the owner decides.
## Verification
None.
## Rollback / Escalation
None.
## Evidence & Audit Notes
The graph.
## Post-Incident Follow-Ups
None.
""",
    ),
    Rule(
        "RB003",
        "no-steps",
        Severity.ERROR,
        "The runbook has no step.",
        "A run would have nothing to walk. Steps are headings (`### Step 1: title`), or the items "
        "of one numbered list; bullets are read by people only.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

- Look at the graphs
- Read the log
""",
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Read the log
""",
    ),
    Rule(
        "RB004",
        "duplicate-step",
        Severity.ERROR,
        "Two steps have the same number.",
        "`Continue to Step 2` means the first of them; the other is never walked.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Read the log

### Step 2: Ask the owner
""",
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Read the log

### Step 3: Ask the owner
""",
    ),
    Rule(
        "RB005",
        "duplicate-action",
        Severity.ERROR,
        "Two actions have the same number.",
        "`See Action 1` would propose the first of them, perhaps the wrong thing to do.",
        Setting.SECTIONS,
        """\
## Action Steps

### Action 1: Restart the worker (REVERSIBLE)

**Precondition**: the worker hangs
**Rollback**: none needed
**Verification**: deliveries arrive

### Action 1: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts

### Action 2: Pause deliveries (REVERSIBLE)

**Precondition**: the owner agrees
**Rollback**: resume them
**Verification**: the queue stands still
""",
        """\
## Action Steps

### Action 1: Restart the worker (REVERSIBLE)

**Precondition**: the worker hangs
**Rollback**: none needed
**Verification**: deliveries arrive

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts

### Action 3: Pause deliveries (REVERSIBLE)

**Precondition**: the owner agrees
**Rollback**: resume them
**Verification**: the queue stands still
""",
    ),
    Rule(
        "RB006",
        "step-number-gap",
        Severity.NOTE,
        "A step number is missing or out of order.",
        "Often a step was taken out, and a target still counts on it. Steps are walked in the "
        "order in which they stand, whatever their numbers.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 3: Read the log
""",
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Read the log
""",
    ),
    Rule(
        "RB010",
        "stray-branch",
        Severity.WARNING,
        "A line looks like a branch and stands where none is read.",
        "A reader would follow it; a run does not, and nobody would notice.",
        Setting.SECTIONS,
        """\
## Evidence & Audit Notes

- Delivery report (`jupyter-webhook-event-analysis`)
- Trace report (`jupyter-message-trace-analysis`)
- If Signature Errors: See Action 1
""",
        """\
## Evidence & Audit Notes

- Delivery report (`jupyter-webhook-event-analysis`)
- Trace report (`jupyter-message-trace-analysis`)
""",
    ),
    Rule(
        "RB011",
        "stray-key",
        Severity.WARNING,
        "A KEY is named and never called.",
        "A reader would run it; a run does not, so nothing is known of what it would have found.",
        Setting.KEY_STEP,
        """\
- **If Timeout Errors > 20**: Continue to Step 2
- Have a look at `jupyter-latency-analysis` too
""",
        """\
- **If Timeout Errors > 20**: Continue to Step 2
""",
    ),
    Rule(
        "RB012",
        "stray-move",
        Severity.NOTE,
        "A line of a step leads elsewhere without a condition.",
        "A run goes where branches lead, and otherwise to the next step.",
        Setting.KEY_STEP,
        """\
- **If Timeout Errors > 20**: Continue to Step 2

Continue to Step 3.
""",
        """\
- **If Timeout Errors > 20**: Continue to Step 2
- **Otherwise**: Continue to Step 3
""",
    ),
    Rule(
        "RB013",
        "unread-heading",
        Severity.WARNING,
        "A heading looks like a step, an action or a check, and is not read as one.",
        "A reader would do what stands below it; a run passes it over. Numbers are read as digits, "
        "in words up to twenty, and in Roman numerals; letters are not.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step A: Look at the graphs

### Step 1: Read the log
""",
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Read the log
""",
    ),
)
