"""RB007 and RB008: comments that tell lint what to ignore."""

from runner.checks.rule import Rule, Setting
from runner.model.diagnostics import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "RB007",
        "unused-ignore",
        Severity.NOTE,
        "A comment ignores a rule that has nothing to say there.",
        "What it excused was mended, or it stands in the wrong place. Left alone, it will hide the "
        "next mistake. `--fix` takes it out.",
        Setting.KEY_STEP,
        """\
<!-- lint-ignore RB104 -->
- **If Signature Errors**: See Action 1
""",
        """\
<!-- lint-ignore RB104: the vendor calls them so -->
- **If Signature Faults**: See Action 1
""",
    ),
    Rule(
        "RB008",
        "unknown-ignore",
        Severity.WARNING,
        "A comment ignores a rule that does not exist, names none, or is no directive as written.",
        "It ignores nothing. Mostly a digit or a letter is wrong (`lint-ignor`), or the words are "
        "those of another tool (`noqa: RB104`), or the comment goes over several lines.",
        Setting.KEY_STEP,
        """\
<!-- lint-ignore RB904 -->
- **If Signature Errors**: See Action 1
""",
        """\
<!-- lint-ignore RB104 -->
- **If Signature Faults**: See Action 1
""",
    ),
)
