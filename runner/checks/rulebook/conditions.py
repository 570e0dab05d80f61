"""RB101 to RB108: single conditions and what they are bound to."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB101",
        "no-consequence",
        Severity.WARNING,
        "A branch says nothing of what follows from it.",
        "When it holds, the run goes on as if it did not. The author had something in mind.",
        Setting.KEY_STEP,
        """\
- **If Success Rate < 95%**:
- **If Timeout Errors**: See Action 2
""",
        """\
- **If Success Rate < 95%**: Continue to Step 2
- **If Timeout Errors**: See Action 2
""",
    ),
    Rule(
        "RB102",
        "unreadable-condition",
        Severity.ERROR,
        "A condition is empty or compares nothing.",
        "It has no answer, from no KEY and from no person.",
        Setting.KEY_STEP,
        """\
- **If < 95%**: Continue to Step 2
""",
        """\
- **If Success Rate < 95%**: Continue to Step 2
""",
    ),
    Rule(
        "RB103",
        "other-dimension",
        Severity.ERROR,
        "An output is compared with something that measures something else.",
        "Seconds are neither more nor less than percent: no value of the output could ever decide.",
        Setting.KEY_STEP,
        """\
- **If p95 latency > 5%**: See Action 2
""",
        """\
- **If p95 latency > 500 ms**: See Action 2
""",
    ),
    Rule(
        "RB104",
        "condition-for-a-person",
        Severity.WARNING,
        "A branch of a step that runs a KEY is decided by no output of that KEY.",
        "A condition is bound only if its words are the name, the label or an alias of one output. "
        "Else a person is asked, at night too, and an unattended run stays without an answer. The "
        "hint names outputs that sound alike. Not said while a KEY of the step is not installed.",
        Setting.KEY_STEP,
        """\
- **If Signature Faults**: See Action 1
""",
        """\
- **If Signature Errors**: See Action 1
""",
    ),
    Rule(
        "RB105",
        "ambiguous-output",
        Severity.ERROR,
        "The words of a condition name several outputs.",
        "Which of them decides would be a guess, so none does.",
        Setting.SECTIONS,
        """\
## Diagnosis Flow

### Step 1: Compare

**When**: As soon as both exports are there

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What events are failing?
- **KEY**: `jupyter-message-trace-analysis`
- **Input**: Trace export (CSV)
- **Output**: Trace report
- **Questions Answered**:
  - Who sends them?

- **If Timeout Errors**: See Action 2
""",
        """\
## Diagnosis Flow

### Step 1: Compare

**When**: As soon as both exports are there

- **KEY**: `jupyter-webhook-event-analysis`
- **Input**: Webhook delivery log (CSV)
- **Output**: Delivery report
- **Questions Answered**:
  - What events are failing?
- **KEY**: `jupyter-message-trace-analysis`
- **Input**: Trace export (CSV)
- **Output**: Trace report
- **Questions Answered**:
  - Who sends them?

- **If Delivery timeouts**: See Action 2
""",
    ),
    Rule(
        "RB106",
        "no-presence",
        Severity.WARNING,
        "A condition asks whether a value is there that is neither a count, a table nor a flag.",
        "A rate is always there. What the author meant is a comparison that nobody wrote down.",
        Setting.KEY_STEP,
        """\
- **If Success Rate**: Continue to Step 2
""",
        """\
- **If Success Rate < 95%**: Continue to Step 2
""",
    ),
    Rule(
        "RB107",
        "unknown-state",
        Severity.WARNING,
        "A condition names a value that the output never has.",
        "The contract lists the values of an output; any other word can never hold by machine.",
        Setting.KEY_STEP,
        """\
- **If Impact is severe**: See Action 2
""",
        """\
- **If Impact is high**: See Action 2
""",
    ),
    Rule(
        "RB108",
        "not-a-number",
        Severity.WARNING,
        "An output that is no number is compared with one.",
        "Texts, tables, flags and states have no order. Ask for presence or state, or compare an "
        "output that counts.",
        Setting.KEY_STEP,
        """\
- **If Failure patterns > 3**: See Action 2
""",
        """\
- **If Failure patterns**: See Action 2
""",
    ),
)
