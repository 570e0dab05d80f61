"""The canonical form of a runbook: what becomes of each spelling, and what stays as it is."""

import pytest

from runner.document.canonical import canonical_text
from runner.model.source import SourceText


def canonical(text: str) -> str:
    return canonical_text(SourceText("r.md", text))


@pytest.mark.parametrize(
    ("written", "canonical_form"),
    [
        ("* one\n* two\n", "- one\n- two\n"),
        ("+ one\n  + two\n", "- one\n  - two\n"),
        ("__When__: now\n", "**When**: now\n"),
        ("**When:** now\n", "**When**: now\n"),
        ("- **If Errors:** See Action 1\n", "- **If Errors**: See Action 1\n"),
        ("__DO NOT:__\n", "**DO NOT**:\n"),
        ("### 3. Step 3 - Look\n", "### Step 3: Look\n"),
        ("### STEP 3. Look ###\n", "### Step 3: Look\n"),
        ("### Step 3 — Look at `x`\n", "### Step 3: Look at `x`\n"),
        ("### action 2 - Mend (REVERSIBLE)\n", "### Action 2: Mend (REVERSIBLE)\n"),
        ("## 5. DIAGNOSIS FLOW\n", "## Diagnosis Flow\n"),
        ("## when not to use\n", "## When NOT to Use\n"),
        ("# T\ntext\n## Scope\nmore", "# T\n\ntext\n\n## Scope\n\nmore\n"),
        ("\n\n# T\n\n\n\ntext\n\n\n", "# T\n\ntext\n"),
        ("text   \n\n", "text\n"),
        ("\ufeff# T\n", "# T\n"),
        ("* one\r\n* two\r\n", "- one\r\n- two\r\n"),
    ],
)
def test_a_spelling_becomes_canonical(written: str, canonical_form: str) -> None:
    assert canonical(written) == canonical_form
    assert canonical(canonical_form) == canonical_form


@pytest.mark.parametrize(
    "text",
    [
        "```bash\n* one   \n\n\n__init__\n## Scope\nx\n```\n",
        "    * indented code\n",
        "<!--\n* one\n\n\n__two__\n-->\n",
        "> * quoted\n> __bold__\n",
        "---\ntitle: __x__\n\n\ntags: [a]\n---\n\n# T\n",
        "* * *\n",
        "one  \ntwo\n",
        "- one\n\n* another list\n",
        "## Symptoms\n",
        "## Diagnosis\n",
        "See `__init__` and snake__case__name.\n",
        "**Label:**no space is no bold\n",
        "Title\n=====\n",
        "\\* no bullet\n",
        "",
        "  \n",
    ],
)
def test_what_might_mean_something_else_is_left_alone(text: str) -> None:
    assert canonical(text) == text


def test_one_line_that_cannot_change_holds_up_no_other() -> None:
    text = "* one\n* two\n\ntext\n\n- three\n\n* four\n"
    assert canonical(text) == "- one\n- two\n\ntext\n\n- three\n\n* four\n"
