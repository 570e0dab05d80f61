"""RB301 to RB305: calls of KEYs, by rule 2 of the KEY alignment."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB301",
        "unknown-key",
        Severity.WARNING,
        "A notebook KEY is not installed.",
        "Its step becomes a person's: nothing is executed, and an unattended run passes it over.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-events-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What events are failing?

**Evidence**: Save the delivery report
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

**Evidence**: Save the delivery report
""",
    ),
    Rule(
        "RB302",
        "malformed-key",
        Severity.WARNING,
        "What stands where a KEY is named is no name of a KEY.",
        "A name is lower-case words joined by dashes. Anything else calls nothing, without a word.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: Webhook Event Analysis
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
        "RB303",
        "no-input",
        Severity.WARNING,
        "A call does not say what data to provide.",
        "Rule 2: explicit inputs. The operator has to find and export the right data within "
        "minutes.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
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
        "RB304",
        "no-output",
        Severity.WARNING,
        "A call does not say what to expect from it.",
        "Rule 2: explicit outputs. Without one nobody can tell a normal result from a bad one.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
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
        "RB305",
        "no-questions",
        Severity.WARNING,
        "A call does not say which questions it answers.",
        "Rule 2: a reader decides by the questions whether the KEY is worth its time now.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Analyze deliveries

**When**: As soon as the log is exported

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
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
)
