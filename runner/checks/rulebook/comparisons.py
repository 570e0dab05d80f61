"""RB113 to RB118: what the conditions of one step leave out, say twice, or cannot mean."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB113",
        "range-gap",
        Severity.NOTE,
        "A range between two comparisons matches neither.",
        "It may be meant: nothing is to be done there. A reader cannot know. The finding names a "
        "value of the range.",
        Setting.KEY_STEP,
        """\
- **If p95 latency < 500 ms**: STOP
- **If p95 latency > 2 s**: Continue to Step 2
""",
        """\
- **If p95 latency < 500 ms**: STOP
- **If p95 latency between 500 ms and 2 s**: See Action 2
- **If p95 latency > 2 s**: Continue to Step 2
""",
    ),
    Rule(
        "RB114",
        "overlapping-branches",
        Severity.WARNING,
        "One value makes two branches hold that lead to different places.",
        "The first match does not win: a person chooses, at night too, and an unattended run "
        "stays without an answer. The finding names such a value.",
        Setting.KEY_STEP,
        """\
- **If Success Rate < 95%**: Continue to Step 2
- **If Success Rate < 80%**: Continue to Action Steps
""",
        """\
- **If Success Rate >= 80% and Success Rate < 95%**: Continue to Step 2
- **If Success Rate < 80%**: Continue to Action Steps
""",
    ),
    Rule(
        "RB115",
        "shadowed-branch",
        Severity.WARNING,
        "A branch can never matter.",
        "An Otherwise for which nothing is left, or a condition within another one that says the "
        "same already. The author had a different bound or target in mind.",
        Setting.KEY_STEP,
        """\
- **If Success Rate < 95%**: See Action 1
- **If Success Rate >= 95%**: See Action 2
- **Otherwise**: Continue to Step 2
""",
        """\
- **If Success Rate < 80%**: See Action 1
- **If Success Rate >= 95%**: See Action 2
- **Otherwise**: Continue to Step 2
""",
    ),
    Rule(
        "RB116",
        "constant-condition",
        Severity.WARNING,
        "A condition that no value can meet, or that every value meets.",
        "Its branch never runs, or always does. Mostly an `and` stands for an `or`, or two bounds "
        "have changed places.",
        Setting.KEY_STEP,
        """\
- **If timeouts > 5 and timeouts < 3**: See Action 2
""",
        """\
- **If timeouts > 5 or timeouts < 3**: See Action 2
""",
    ),
    Rule(
        "RB117",
        "unwritten-negative",
        Severity.WARNING,
        "A finding of a KEY moves the run, and nothing says what follows without it.",
        "A reader who finds no errors does not know whether to go on or to stop. Said of "
        "presence and states, once a step, and not where a person decides a branch.",
        Setting.KEY_STEP,
        """\
- **If Signature Errors Found**: Continue to Step 2
""",
        """\
- **If Signature Errors Found**: Continue to Step 2
- **If No Signature Errors Found**: STOP
""",
    ),
    Rule(
        "RB118",
        "jumps-that-meet",
        Severity.NOTE,
        "Two branches on different outputs can hold together and lead to different places.",
        "It may never happen. If it does, a person chooses. The finding names such values.",
        Setting.KEY_STEP,
        """\
- **If Success Rate < 95%**: Continue to Step 2
- **If Timeout Errors > 20**: Continue to Action Steps
""",
        """\
- **If Success Rate < 95% and Timeout Errors <= 20**: Continue to Step 2
- **If Timeout Errors > 20**: Continue to Action Steps
""",
    ),
)
