"""Branches: a condition, then consequences, on a line or below it."""

import re
from collections.abc import Iterable, Iterator

from runner.conditions.grammar import parse_condition
from runner.document.branch_lines import WrittenBranch, further, name_above, take_apart
from runner.document.consequences import Clause, read_clauses
from runner.document.nodes import Node
from runner.document.rich_text import RichText
from runner.model.conditions import AllOf, AnyOf, Condition, Not, Otherwise
from runner.model.runbook import Advice, Branch, Consequence, Fence
from runner.model.source import Span

_COMMENT = re.compile(r"\s*(?:#|//|--)")


def read_branches(nodes: Iterable[Node], above: str = "") -> tuple[Branch, ...]:
    """All branches of a step, in document order, numbered from 1.

    `above` is what a comparison without a subject speaks of, if no line above it names anything.
    """
    found: list[Branch] = []
    _collect(nodes, _Level(None, above), found)
    return tuple(
        Branch(number, b.condition, b.text, b.consequences, b.span)
        for number, b in enumerate(found, 1)
    )


class _Level:
    """Where branches stand: under which other, behind which conditions, below which line."""

    def __init__(self, under: Branch | None, above: str):
        self.under = under
        self.above = above
        self.before: list[Condition] = []
        self.unlisted: list[Condition] = []
        """Conditions before that became no branch of their own: only parts of nested ones."""


def _collect(nodes: Iterable[Node], level: _Level, found: list[Branch]) -> None:
    for node in nodes:
        written = take_apart(node) or (further(node) if level.under else ())
        if not written:
            outside, level.above = level.above, name_above(node.text)
            _collect(node.children, level, found)
            level.above = name_above(node.text) or outside
        for line in written:
            _add(node if line is written[-1] else None, line, level, found)


def _add(node: Node | None, line: WrittenBranch, level: _Level, found: list[Branch]) -> None:
    stated = _stated(line, level)
    clauses = list(read_clauses(line.consequence))
    nested: list[Node] = []
    for child in _consequences_below(node.children if node else (), nested):
        clauses += read_clauses(child.text)
    consequences = [c for clause in clauses if not clause.only_if for c in clause.consequences]
    conditional = [clause for clause in clauses if clause.only_if]
    if not clauses and not nested and node:
        consequences = _commands(node.fences)
    branch = Branch(0, stated.condition, stated.text, tuple(consequences), stated.span)
    at, under = len(found), _below(branch, level)
    found += [_conditional(under, clause) for clause in conditional]
    _collect(nested, _Level(under, level.above), found)
    if consequences or len(found) == at:
        found.insert(at, branch)
    elif level.under is None:
        level.unlisted.append(stated.condition)


def _consequences_below(children: Iterable[Node], nested: list[Node]) -> Iterator[Node]:
    """The lines below a branch at any depth; those that are branches themselves go to `nested`."""
    for child in children:
        if take_apart(child) or further(child):
            nested.append(child)
        else:
            yield child
            yield from _consequences_below(child.children, nested)


def _stated(line: WrittenBranch, level: _Level) -> Branch:
    """The condition of a line with those that it stands under, as a branch that does nothing."""
    text = line.condition
    condition = parse_condition(text.text, text.span, level.above)
    words, span = text.line.strip(" .:"), text.span()
    if line.negated:
        condition, words = Not(condition, f"not {words}", span), f"not {words}"
    if isinstance(condition, Otherwise):
        condition = _otherwise(condition, words, level)
    else:
        level.before.append(condition)
    if level.under is not None:
        return _both(level.under, condition, words)
    return Branch(0, condition, words, (), span)


def _otherwise(condition: Otherwise, words: str, level: _Level) -> Condition:
    """Otherwise under another branch speaks of the conditions beside it, and of no others."""
    span = condition.span
    if level.under is None:
        if not level.unlisted:
            return condition
        others = tuple(Not(part, words, span) for part in level.unlisted)
        return AllOf((condition, *others), words, span)
    if not level.before:
        return condition
    return Not(AnyOf(tuple(level.before), words, span), words, span)


def _below(branch: Branch, level: _Level) -> Branch:
    """A branch as what stands below it sees it: an Otherwise is what it leaves out."""
    if not isinstance(branch.condition, Otherwise) or not level.before:
        return branch
    others = AnyOf(tuple(level.before), branch.text, branch.span)
    return Branch(0, Not(others, branch.text, branch.span), branch.text, (), branch.span)


def _conditional(branch: Branch, clause: Clause) -> Branch:
    """A consequence with a condition of its own: a branch that needs both."""
    text = clause.only_if or RichText("", (0,))
    condition, words = parse_condition(text.text, text.span), text.line.strip(" .:")
    if clause.negated:
        words = f"not {words}"
        condition = Not(condition, words, text.span())
    both = _both(branch, condition, words)
    return Branch(0, both.condition, both.text, clause.consequences, both.span)


def _both(under: Branch, condition: Condition, words: str) -> Branch:
    text = f"{under.text} and {words}"
    span = Span(under.span.start, max(under.span.end, condition.span.end))
    return Branch(0, AllOf((under.condition, condition), text, span), text, (), span)


def _commands(fences: tuple[Fence, ...]) -> list[Consequence]:
    """What a branch says with nothing but a code block: run this."""
    found: list[Consequence] = []
    for fence in fences:
        lines = [line.strip() for line in fence.text.splitlines() if line.strip()]
        commands = [line for line in lines if not _COMMENT.match(line)] or lines
        if commands:
            more = f" (and {len(commands) - 1} more lines)" if len(commands) > 1 else ""
            found.append(Advice(f"run: {commands[0]}{more}", fence.span))
    return found
