"""RB109 to RB112: the conditions of one step beside each other."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB109",
        "duplicate-condition",
        Severity.WARNING,
        "Two branches of a step have the same condition.",
        "Both hold or neither does. If they lead to different places, a person has to choose every "
        "time. Spelling does not matter: 0.95 and 95 % are one bound.",
        Setting.KEY_STEP,
        """\
- **If Signature Errors**: See Action 1
- **If any signature errors were found**: See Action 2
""",
        """\
- **If Signature Errors**: See Action 1
- **If any timeout errors were found**: See Action 2
""",
    ),
    Rule(
        "RB110",
        "otherwise-not-last",
        Severity.WARNING,
        "Branches follow behind Otherwise.",
        "Otherwise means that none of the branches before it holds. Those behind it may hold at "
        "the same time.",
        Setting.KEY_STEP,
        """\
- **If Signature Errors**: See Action 1
- **Otherwise**: Continue to Step 2
- **If Timeout Errors**: See Action 2
""",
        """\
- **If Signature Errors**: See Action 1
- **If Timeout Errors**: See Action 2
- **Otherwise**: Continue to Step 2
""",
    ),
    Rule(
        "RB111",
        "boundary-gap",
        Severity.WARNING,
        "Exactly one value between two comparisons matches neither.",
        "At exactly that value no branch holds and the expectation is broken: the run ends "
        "inconclusive. The finding names the value.",
        Setting.KEY_STEP,
        """\
- Delivery success rate (should be > 95%)
- **If Success Rate < 95%**: Continue to Step 2
""",
        """\
- Delivery success rate (should be > 95%)
- **If Success Rate <= 95%**: Continue to Step 2
""",
    ),
    Rule(
        "RB112",
        "unmeasured-expectation",
        Severity.WARNING,
        "What should be so is decided by no output, though a KEY runs there.",
        "An expectation that nothing measures is never known to hold, and a run is healthy only if "
        "every expectation holds.",
        Setting.KEY_STEP,
        """\
- Delivery rate (should be > 95%)
- **If Timeout Errors**: See Action 2
""",
        """\
- Delivery success rate (should be > 95%)
- **If Timeout Errors**: See Action 2
""",
    ),
)
