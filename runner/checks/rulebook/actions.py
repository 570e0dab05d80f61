"""RB4xx: actions and safety."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB401",
        "no-precondition",
        Severity.WARNING,
        "An action does not say when it may be done.",
        "A change under pressure needs a reason that a reader can check.",
        Setting.SECTIONS,
        """\
## Action Steps

### Action 1: Rotate the secret (REVERSIBLE)

**Rollback**: restore the old secret
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
        """\
## Action Steps

### Action 1: Rotate the secret (REVERSIBLE)

**Precondition**: the secret has leaked
**Rollback**: restore the old secret
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
    ),
    Rule(
        "RB402",
        "no-rollback",
        Severity.WARNING,
        "A reversible action does not say how to undo it.",
        "If it makes things worse, the way back must be written down already. A block in "
        "Rollback / Escalation that names the action counts.",
        Setting.SECTIONS,
        """\
## Action Steps

### Action 1: Rotate the secret (REVERSIBLE)

**Precondition**: the secret has leaked
**Rollback**: restore the old secret
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Verification**: no timeouts
""",
        """\
## Action Steps

### Action 1: Rotate the secret (REVERSIBLE)

**Precondition**: the secret has leaked
**Rollback**: restore the old secret
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
    ),
    Rule(
        "RB403",
        "no-verification",
        Severity.WARNING,
        "An action does not say how to see that it worked.",
        "Until it is verified, an action counts as still recommended.",
        Setting.SECTIONS,
        """\
## Action Steps

### Action 1: Rotate the secret (REVERSIBLE)

**Precondition**: the secret has leaked
**Rollback**: restore the old secret

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
        """\
## Action Steps

### Action 1: Rotate the secret (REVERSIBLE)

**Precondition**: the secret has leaked
**Rollback**: restore the old secret
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
    ),
    Rule(
        "RB404",
        "no-warning",
        Severity.WARNING,
        "An irreversible action does not say what is lost.",
        "The operator types the name of such an action, and must know what that means.",
        Setting.SECTIONS,
        """\
## Action Steps

### Action 1: Rotate the secret (IRREVERSIBLE)

**Precondition**: the secret has leaked
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
        """\
## Action Steps

### Action 1: Rotate the secret (IRREVERSIBLE)

**Precondition**: the secret has leaked
**Warning**: deliveries with the old secret are lost
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
    ),
    Rule(
        "RB405",
        "reversibility-unstated",
        Severity.WARNING,
        "The title of an action does not say whether it can be undone.",
        "The runner asks for the name of an irreversible action. Where the title says "
        "nothing, a simple yes is enough.",
        Setting.SECTIONS,
        """\
## Action Steps

### Action 1: Rotate the secret

**Precondition**: the secret has leaked
**Rollback**: restore the old secret
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
        """\
## Action Steps

### Action 1: Rotate the secret (REVERSIBLE)

**Precondition**: the secret has leaked
**Rollback**: restore the old secret
**Verification**: deliveries arrive within a minute

### Action 2: Raise the timeout (REVERSIBLE)

**Precondition**: the endpoint is slow
**Rollback**: set it to 10 s
**Verification**: no timeouts
""",
    ),
)
