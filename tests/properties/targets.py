"""Lines that name an action in many spellings, and which of them are neither read nor told."""

from runner.document.parse import parse_runbook
from runner.model.runbook import SeeAction
from runner.model.source import SourceText
from tests.checks.runbooks import check

LEADS = (
    "- ", "* ", "1. ", "", "- [ ] ", "> ", "- ✅ ", "- a) ", "- **Decision**: ", "- (b) ", "- → ",
    "- Option A: ", "**Action**: ", "- **Interpret Results**: ", "- Look at it. ",
)  # fmt: skip
CONDITIONS = (
    "If A: ", "if B, ", "Otherwise: ", "Otherwise, ", "When C: ", "when D, ", "On failure ",
    "Yes → ", "**If E**: ", "__If F__ - ", "**If G** (rare): ", "Unless H: ", "unless I, ",
    "In case of J: ", "A? ", "K > 5%: ", "Only if L: ", "And if M: ", "If N then ", "IF O THEN ",
    "If P\n  and Q: ", "Should R happen: ", "As soon as S: ", "No: ", "Error T -> ", "elif U: ",
    "else if V: ", "If W → ", "If X ==> ", "If Y – ",
)  # fmt: skip
VERBS = (
    "see Action {}", "apply Action {}", "go to Action {}", "take Action #{}", "→ Action {}",
    "**Action {}**", "[Action {}](#action)", "continue with Action {}", "consider Action {}",
    "try Action {} first", "(see Action {})", "tell the lead; see Action {}",
    "wait, then see Action {}", "please run Action {}", "perform Action {}",
    "you should apply Action {}", "see action-{}", "ask the lead to apply Action {}",
    "start Action {} immediately",
)  # fmt: skip
TAILS = (
    "", ".", " if stuck", " and tell the lead", ", otherwise stop", " (rare)",
    " unless it is Monday", "; then stop", " when it is quiet", " - it helps",
)  # fmt: skip
NESTED = ("", "- If outer:\n  ", "- If outer\n  ", "- Look at this:\n  ", "1. First\n   ")
PARTS = (LEADS, CONDITIONS, VERBS, TAILS, NESTED)
"""What a line is made of, in this order: `- If outer:`, `- `, `If A: `, `see Action {}`, `.`"""
FIRST = 501
TELLING = ("RB010", "RB012", "RB101", "RB202", "RB206", "RB210")


def line(number: int, parts: tuple[str, ...]) -> str:
    """A line that names the action of that number."""
    lead, condition, verb, tail, nested = parts
    return f"{nested}{lead}{condition}{verb.format(number)}{tail}\n"


def dropped(lines: list[str]) -> list[str]:
    """The lines of a step whose action is neither called for nor told by a diagnostic.

    The number of the action is `FIRST` for the first line, and one more for each further one.
    """
    text = "# Any\n\n## Diagnosis Flow\n\n### Step 1: Look\n\n" + "\n<!-- -->\n\n".join(lines)
    runbook = parse_runbook(SourceText("any.md", text)).runbook
    branches = [branch for step in runbook.places for branch in step.branches]
    called = {c.action for b in branches for c in b.consequences if isinstance(c, SeeAction)}
    told = [(d.span.start, d.span.end) for d in check(text) if d.code in TELLING]
    missing, at = [], 0
    for number, written in enumerate(lines, FIRST):
        at = text.index(written, at)
        end = at + len(written)
        is_told = any(start < end and stop > at for start, stop in told)
        if str(number) not in called and not is_told:
            missing.append(written)
        at = end
    return missing
