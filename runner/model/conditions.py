"""What stands behind an "If": conditions as written, verdicts, and the reasons for them."""

from decimal import Decimal
from enum import Enum

from runner.model.frozen import frozen
from runner.model.source import Span
from runner.model.values import Quantity


class Comparator(Enum):
    """How a comparison relates its subject to its bound."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "="
    NOT_EQUAL = "!="


@frozen
class Comparison:
    """`Success Rate < 95%`: the words of the subject against a bound."""

    subject: str
    comparator: Comparator
    bound: Quantity
    span: Span


@frozen
class Relative:
    """`p95 latency > 2x baseline`: a subject against a multiple of another output."""

    subject: str
    comparator: Comparator
    factor: Decimal
    other: str
    text: str
    span: Span


@frozen
class Phrase:
    """`Signature Errors`, `Impact High`, `Discrepancies Found`: presence or state, by its words."""

    text: str
    span: Span


@frozen
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]
    text: str
    span: Span


@frozen
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]
    text: str
    span: Span


@frozen
class Not:
    """The part does not hold."""

    part: "Condition"
    text: str
    span: Span


@frozen
class Otherwise:
    """None of the branches before it in the step holds."""

    span: Span


@frozen
class Unreadable:
    """Text in the place of a condition that has no reading, such as an empty one."""

    text: str
    span: Span


Condition = Comparison | Relative | Phrase | AllOf | AnyOf | Not | Otherwise | Unreadable


class Verdict(Enum):
    """The three answers. UNKNOWN is never treated as FAILS."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


class Ground(Enum):
    """What a verdict rests on, or why there is none."""

    OUTPUT = "output"
    """An output of a KEY decided it, or left it unknown (null, NaN, out of the window)."""
    MISSING = "missing"
    """A KEY should have decided it, and failed, did not run or has not run yet."""
    PERSON = "person"
    """It is for a person to judge, or a person judged it."""
    BRANCHES = "branches"
    """It rests on the other branches of the step (Otherwise)."""


@frozen
class Reason:
    """Why a condition got its verdict, in words and by operand.

    `sentence` reads alone ("91.2 % < 95 %"). `output` and `key` name the operand where there is
    one; `value` is the operand as it is shown, with the digits that decided.
    """

    verdict: Verdict
    sentence: str
    ground: Ground
    key: str = ""
    output: str = ""
    value: str = ""
    parts: tuple["Reason", ...] = ()
