"""A question to the operator: the words, the options with what each leads to, what bears on it."""

from runner.model.runs import OpenQuestion, Option
from runner.model.safe_text import safe_line
from runner.report.layout import hanging, padded, width_of
from runner.report.style import PLAIN, Style


def question_text(question: OpenQuestion, width: int = 80, style: Style = PLAIN) -> str:
    """The prompt, without the cursor's line. The default option is marked."""
    lines = [style.bold(line) for line in hanging("", safe_line(question.text), width)]
    if question.bears_on_it:
        lines.append(style.dim("  What the KEYs found:"))
        for found in question.bears_on_it:
            lines += hanging("    ", safe_line(found), width)
    keys = max((width_of(safe_line(option.key)) for option in question.options), default=0)
    for option in question.options:
        lines += _option(option, keys, question.default, width, style)
    lines += [style.dim(line) for line in hanging("  ", how_to_answer(question), width)]
    return "\n".join(lines) + "\n"


def how_to_answer(question: OpenQuestion) -> str:
    """What the operator may type."""
    words = ["several, separated by commas" if question.several else "one of these"]
    if question.default:
        words.append(f"Enter alone is {safe_line(question.default)}")
    words.append("a reason may follow behind #")
    return "Answer: " + "; ".join(words) + "."


def _option(option: Option, keys: int, default: str, width: int, style: Style) -> list[str]:
    key = padded(safe_line(option.key), keys)
    words = safe_line(option.text)
    if option.leads_to:
        words += f"  → {safe_line(option.leads_to)}"
    if default and option.key == default:
        words += " (default)"
    lines = hanging(f"  {key}  ", words, width)
    lines[0] = lines[0].replace(key.rstrip(), style.bold(key.rstrip()), 1)
    return lines
