"""RB2xx: targets and flow."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB201",
        "dangling-step",
        Severity.ERROR,
        "A branch leads to a step that does not exist.",
        "When the branch holds, the run has nowhere to go.",
        Setting.KEY_STEP,
        """\
- **If Success Rate < 95%**: Continue to Step 9
""",
        """\
- **If Success Rate < 95%**: Continue to Step 2
""",
    ),
    Rule(
        "RB202",
        "dangling-action",
        Severity.ERROR,
        "A branch calls for an action that does not exist.",
        "When the branch holds, there is nothing to propose.",
        Setting.KEY_STEP,
        """\
- **If Signature Errors**: See Action 9
""",
        """\
- **If Signature Errors**: See Action 1
""",
    ),
    Rule(
        "RB203",
        "unknown-runbook",
        Severity.NOTE,
        "A branch hands over to a runbook that is not known here.",
        "It may live in another repository. If it is a misspelling, the next person searches for "
        "it during an incident.",
        Setting.KEY_STEP,
        """\
- **If Timeout Errors**: use the Brocker Outage Runbook
""",
        """\
- **If Timeout Errors**: use the Broker Outage Runbook
""",
    ),
    Rule(
        "RB204",
        "unreachable-step",
        Severity.WARNING,
        "No way leads to a step.",
        "Every branch before it goes elsewhere, and one of them always holds.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

- If deliveries fail: Continue to Step 3
- Otherwise: STOP

### Step 2: Ask the owner

### Step 3: Read the log
""",
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

- If deliveries fail: Continue to Step 2
- Otherwise: STOP

### Step 2: Ask the owner

### Step 3: Read the log
""",
    ),
    Rule(
        "RB205",
        "endless-loop",
        Severity.WARNING,
        "Every way from a step leads back.",
        "The run gives up after three visits and ends inconclusive.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Restart the worker

- If deliveries fail: Return to Step 1
- Otherwise: Rerun Step 2
""",
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Restart the worker

- If deliveries fail: Return to Step 1
- Otherwise: STOP
""",
    ),
    Rule(
        "RB206",
        "conditional-consequence",
        Severity.NOTE,
        "A consequence waits for something.",
        "It is shown as an instruction: only a person can follow it, and the run does not go there "
        "by itself.",
        Setting.KEY_STEP,
        """\
- **If Timeout Errors > 20**: ask the owner; continue to Step 2 once they agree
""",
        """\
- **If Timeout Errors > 20**: ask the owner; continue to Step 2
""",
    ),
    Rule(
        "RB207",
        "dangling-section",
        Severity.ERROR,
        "A branch leads to a section that does not exist.",
        "When the branch holds, the run has nowhere to go.",
        Setting.WHOLE,
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

- If it is the log: Continue to Action Steps
- Otherwise: STOP

## Verification
None.
## Rollback / Escalation
None.
## Evidence & Audit Notes
The graph.
## Post-Incident Follow-Ups
None.
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

- If it is the log: Continue to Action Steps
- Otherwise: STOP

## Action Steps

### Action 1: Rotate the log (REVERSIBLE)

**Precondition**: nobody reads it
**Rollback**: none needed
**Verification**: `df -h` falls below 80 %

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
        "RB208",
        "when-names-no-step",
        Severity.WARNING,
        "A When speaks of a step that does not exist.",
        "Nobody can tell whether the step is due, and a KEY may run before its time.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Read the log

**When**: After Step 7
""",
        """\
## Diagnosis Flow

### Step 1: Look at the graphs

### Step 2: Read the log

**When**: After Step 1
""",
    ),
    Rule(
        "RB209",
        "dead-end",
        Severity.WARNING,
        "The diagnosis ends with a step whose branches lead nowhere.",
        "Whatever is found there, the run ends without an action, a stop or an escalation: "
        "inconclusive, and the reader stands alone.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Read the log

- If it names a tenant: tell the tenant
- If it names none: tell the owner
""",
        """\
## Diagnosis Flow

### Step 1: Read the log

- If it names a tenant: tell the tenant, see Action 2
- If it names none: escalate to the owner
""",
    ),
    Rule(
        "RB210",
        "target-in-advice",
        Severity.WARNING,
        "An instruction of a branch names a step, an action or an escalation, and is advice.",
        "A reader would go there; a run only shows the sentence, because it does not say in a "
        "clause of its own where to go, or goes on with the condition above it.",
        Setting.KEY_STEP,
        """\
- **If Timeout Errors > 20**: ask the owner whether to try Action 2
""",
        """\
- **If Timeout Errors > 20**: ask the owner; see Action 2
""",
    ),
)
