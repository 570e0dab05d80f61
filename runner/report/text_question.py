"""A question to the operator: the words, the options with what each leads to, what bears on it."""

from runner.model.commands import Command
from runner.model.runs import OpenQuestion, Option, QuestionKind
from runner.model.safe_text import safe_line, safe_text
from runner.report.layout import hanging, padded, width_of
from runner.report.style import PLAIN, Style


def question_text(question: OpenQuestion, width: int = 80, style: Style = PLAIN) -> str:
    """The prompt, without the cursor's line. The default option is marked."""
    lines = [style.bold(line) for line in hanging("", safe_line(question.text), width)]
    if question.kind is QuestionKind.COMMAND:
        lines += ["", *(verbatim(c) for c in question.commands), ""]
    for note in question.notes:
        lines += hanging("  · ", safe_line(note), width)
    lines += _found(question, width, style)
    if question.kind is not QuestionKind.COMMAND:
        lines += _commands(question, width, style)
    keys = max((width_of(safe_line(option.key)) for option in question.options), default=0)
    for option in question.options:
        lines += _option(option, keys, question.default, width, style)
    lines += [style.dim(line) for line in hanging("  ", how_to_answer(question), width)]
    return "\n".join(lines) + "\n"


def how_to_answer(question: OpenQuestion) -> str:
    """What the operator may type."""
    if question.kind is QuestionKind.COMMAND:
        return "Answer: yes runs exactly this, once; Enter alone runs nothing."
    words = ["several, separated by commas" if question.several else "one of these"]
    if question.inputs:
        words = ["a path, or one of these"]
    if question.default:
        words.append(f"Enter alone is {safe_line(question.default)}")
    words.append("a reason may follow behind #")
    return "Answer: " + "; ".join(words) + ". Or: ? the step again, why, later, q to end the run."


def verbatim(command: Command) -> str:
    """A command exactly as it would be run: not wrapped, so that it can be marked and copied."""
    return "\n".join(f"    {line}" for line in safe_text(command.text).split("\n"))


def _found(question: OpenQuestion, width: int, style: Style) -> list[str]:
    lines: list[str] = []
    if question.bears_on_it:
        lines.append(style.dim("  What the KEYs found:"))
        for found in question.bears_on_it:
            lines += hanging("    ", safe_line(found), width)
    if question.also_found:
        also = "; ".join(safe_line(found) for found in question.also_found)
        lines += [style.dim(line) for line in hanging("    also: ", also, width)]
    return lines


def _commands(question: OpenQuestion, width: int, style: Style) -> list[str]:
    """Every command by its number; long ones shortened, since `show` prints them whole."""
    if not question.commands:
        return []
    lines = [style.dim("  Commands (show N, copy N, run N after a yes):")]
    for command in question.commands:
        either = "or " if command.is_alternative else ""
        first = f"    {command.number}  {either}"
        text = safe_line(command.text)
        room = max(width - len(first), 20)
        lines.append(first + (text if width_of(text) <= room else f"{text[: room - 2]} …"))
        if command.refusal:
            why = f"cannot be run: {command.refusal}"
            indent = " " * len(first)
            lines += [style.yellow(line) for line in hanging(indent, safe_line(why), width)]
    return lines


def _option(option: Option, keys: int, default: str, width: int, style: Style) -> list[str]:
    key = padded(safe_line(option.key), keys)
    words = safe_line(option.text)
    if option.leads_to:
        words += f"  → {safe_line(option.leads_to)}"
    if default and option.key == default:
        words += " (default)"
    lines = hanging(f"  {key}  ", words, width)
    lines[0] = lines[0].replace(key.rstrip(), style.bold(key.rstrip()), 1)
    if option.note:
        indent = " " * (keys + 6)
        lines += [style.dim(line) for line in hanging(indent, safe_line(option.note), width)]
    return lines
