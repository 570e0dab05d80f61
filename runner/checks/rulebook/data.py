"""RB306 to RB310: when KEYs run, and what goes in and comes out, by rules 1, 3 and 4."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB306",
        "embedded-analysis",
        Severity.WARNING,
        "A runbook holds analysis code of its own.",
        "Rule 1: runbooks call analysis, they do not embed it. Code in a runbook is not "
        "tested, not run and not kept as evidence. A Python fence of more than ten lines that "
        "imports an analysis library counts.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

```python
import pandas as pd

log = pd.read_csv("webhook_logs.csv")
log["ok"] = log["http_status"].between(200, 299)
rate = log["ok"].mean()
print("success rate", rate)
failed = log[~log["ok"]]
print(failed["event_type"].value_counts())
by_hour = failed.groupby(failed["timestamp"].str[:13])
print(by_hour.size())
onset = failed["timestamp"].min()
print("since", onset)
```
""",
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What events are failing?
""",
    ),
    Rule(
        "RB307",
        "no-when",
        Severity.NOTE,
        "A step calls a KEY and does not say when.",
        "Rule 3: a runbook says when to run a KEY. A When that names a step also keeps the "
        "KEY from running ahead of it.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What events are failing?
""",
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What events are failing?
""",
    ),
    Rule(
        "RB308",
        "missing-evidence",
        Severity.WARNING,
        "The evidence section does not list what a KEY gives.",
        "Rule 4: outputs of KEYs become evidence. The Evidence field of the step that calls "
        "the KEY counts too.",
        Setting.SECTIONS,
        """\
## Evidence & Audit Notes

### Artifacts to Save

- Delivery report (`jupyter-webhook-event-analysis`)
- Screenshots of the dashboard
""",
        """\
## Evidence & Audit Notes

### Artifacts to Save

- Delivery report (`jupyter-webhook-event-analysis`)
- Trace report (`jupyter-message-trace-analysis`)
""",
    ),
    Rule(
        "RB309",
        "location-disagrees",
        Severity.WARNING,
        "A Location is not the notebook of the KEY that is called.",
        "A person who follows the Location runs another notebook than the runner does.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Location**: `/jupyter-keys/webhook-analysis/webhook-analysis.ipynb`
- **Questions Answered**:
  - What events are failing?
""",
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Location**: `/jupyter-keys/webhook-event-analysis/webhook-event-analysis.ipynb`
- **Questions Answered**:
  - What events are failing?
""",
    ),
    Rule(
        "RB310",
        "unpublished-input",
        Severity.ERROR,
        "An input is to come from a step that publishes no such table.",
        "The KEY can never be given this input. A step without a KEY may make anything: a "
        "person does.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What events are failing?

### Step 2: Follow the failures

**When**: After Step 1

- **KEY**: `jupyter-message-trace-analysis`
- **Input**: Discrepancy report from Step 1
- **Output**: Trace report
- **Questions Answered**:
  - Who sends them?
""",
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What events are failing?

### Step 2: Follow the failures

**When**: After Step 1

- **KEY**: `jupyter-message-trace-analysis`
- **Input**: Failure patterns from Step 1
- **Output**: Trace report
- **Questions Answered**:
  - Who sends them?
""",
    ),
)
