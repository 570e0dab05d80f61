"""Lines that name a place or a KEY in many spellings, and which are neither read nor told."""

from collections.abc import Mapping

from runner.document.parse import parse_runbook
from runner.model.runbook import GoToStep, Rerun, Runbook, SeeAction
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
ACTIONS = (
    "see Action {}", "apply Action {}", "go to Action {}", "take Action #{}", "→ Action {}",
    "**Action {}**", "[Action {}](#action)", "continue with Action {}", "consider Action {}",
    "try Action {} first", "(see Action {})", "tell the lead; see Action {}",
    "wait, then see Action {}", "please run Action {}", "perform Action {}",
    "you should apply Action {}", "see action-{}", "ask the lead to apply Action {}",
    "start Action {} immediately",
)  # fmt: skip
STEPS = (
    "go to Step {}", "continue to Step {}", "skip to Step {}", "→ Step {}", "**Step {}**",
    "[Step {}](#step)", "return to Step {}", "jump back to step {}", "proceed with Step {}",
    "back to Step {}", "rerun Step {}", "repeat Step {}", "(see Step {})", "see step-{}",
    "tell the lead; go to Step {}", "please go to Step #{}", "ask the lead to repeat Step {}",
    "do Step {} first",
)  # fmt: skip
KEYS = (
    "run `jupyter-k-{}`", "rerun `jupyter-k-{}`", "use `jupyter-k-{}`", "`jupyter-k-{}`",
    "execute jupyter-k-{} again", "ask the lead to run `jupyter-k-{}`", "see `jupyter-k-{}`",
    "wait, then run `jupyter-k-{}` on the log", "re-run KEY `jupyter-k-{}`",
)  # fmt: skip
VERBS: Mapping[str, tuple[str, ...]] = {"action": ACTIONS, "step": STEPS, "key": KEYS}
TAILS = (
    "", ".", " if stuck", " and tell the lead", ", otherwise stop", " (rare)",
    " unless it is Monday", "; then stop", " when it is quiet", " - it helps",
)  # fmt: skip
NESTED = ("", "- If outer:\n  ", "- If outer\n  ", "- Look at this:\n  ", "1. First\n   ")
PARTS = (LEADS, CONDITIONS, TAILS, NESTED)
"""What a line is made of beside its verb: `- `, `If A: `, `.`, `- If outer:`"""
PLACES = {
    "an introduction": "Hello.",
    "when to use": "## When to Use",
    "a step": "## Diagnosis Flow\n\n### Step 1: Look",
    "a safety check": "## Immediate Safety Checks\n\n### Check 1: Look",
    "a section of its own": "## Background",
    "a verification check": "## Verification\n\n### Check 1: Look",
    "an action": "## Action Steps\n\n### Action 1: Wait (REVERSIBLE)",
    "an escalation": "## Rollback / Escalation",
    "evidence": "## Evidence & Audit Notes",
    "follow-ups": "## Post-Incident Follow-Ups",
}
FIRST = 501
TELLING = ("RB010", "RB011", "RB012", "RB013", "RB101", "RB201", "RB202", "RB206", "RB210")


def line(number: int, verb: str, parts: tuple[str, ...]) -> str:
    """A line that names the place or the KEY of that number."""
    lead, condition, tail, nested = parts
    return f"{nested}{lead}{condition}{verb.format(number)}{tail}\n"


def dropped(lines: list[str], place: str = "a step") -> list[str]:
    """The lines of a place whose target is neither read nor told by a diagnostic.

    The number of the target is `FIRST` for the first line, and one more for each further one.
    """
    steps = "" if place == "a step" else "\n\n## Diagnosis Flow\n\n### Step 1: Wait\n"
    text = f"# Any\n\n{PLACES[place]}\n\n" + "\n<!-- -->\n\n".join(lines) + steps
    called = _called(parse_runbook(SourceText("any.md", text)).runbook)
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


def _called(runbook: Runbook) -> set[str]:
    """The numbers of all that branches lead to, and of all KEYs that are called."""
    found: set[str] = set()
    places = runbook.places + runbook.verification
    for consequence in (c for p in places for b in p.branches for c in b.consequences):
        match consequence:
            case SeeAction(action=number):
                found.add(number)
            case GoToStep(step=step) | Rerun(step=step) if step:
                found.add(step.number)
    calls = [call for place in places for call in place.invocations]
    keys = [*(call.key for call in (*calls, *runbook.follow_ups)), *runbook.evidence_keys]
    return found | {key.text.rpartition("-")[2] for key in keys}
