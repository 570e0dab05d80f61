"""Pieces that random documents are made of, and what must be so of any document."""

from runner.document.parse import parse_runbook
from runner.model.source import SourceText

PIECES = (
    "# Title\n", "## Diagnosis Flow\n", "### Step 1: Look\n", "### Action 1: Do (REVERSIBLE)\n",
    "- **If Errors**: See Action 1\n", "**Otherwise**:\n", "  - continue\n", "1. item\n", "```\n",
    "| a | b |\n|---|---|\n| **If x** | y |\n", "- **KEY**: `jupyter-a-b`\n", "> quote\n", "---\n",
    "<!-- c -->\n", "Escalate if:\n", "- more than 5 errors\n", "\ufeff", "\u200b", "\t", "**",
    "__", "(should be > 95%)", "\\", "&amp;", "[a](b)", "\r\n", "\r", "\0", "If ", ": ", "→",
    "; if they agree, continue to Step 2", " unless ", " in {a, 5xx}", "within 10% of ", "neither ",
    "## Rollback / Escalation\n", "**If Action 1 Caused Issues**: undo\n", "> **If a**: stop\n",
    "\n", "\n\n", "    ", " or ", " and ", "2x baseline", "> 1000",
    "Next Steps: continue to Step 9\n",
)  # fmt: skip


def problem(text: str) -> str:
    """What is wrong with how a document was read; empty where nothing is."""
    try:
        parsed = parse_runbook(SourceText("any.md", text))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    runbook = parsed.runbook
    spans = [found.span for found in parsed.document.diagnostics]
    for step in runbook.places + runbook.verification:
        spans += [branch.span for branch in step.branches]
        spans += [call.span for call in step.invocations]
        spans += [expectation.span for expectation in step.expectations]
    outside = [span for span in spans if not 0 <= span.start <= span.end <= len(text)]
    return f"a span outside the text: {outside[0]}" if outside else ""
