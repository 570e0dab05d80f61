"""Access logs of AWS application load balancers."""

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.line_pattern import QUOTED, LinePattern, read_lines
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_TIMES = tuple(f"try_cast(p.{name} as decimal(18, 6))" for name in ("asked", "worked", "answered"))
_DURATION = (
    f"coalesce(({' + '.join(_TIMES)})::varchar, concat_ws(' ', p.asked, p.worked, p.answered))"
)
_DURATION = f"case when not coalesce(least({', '.join(_TIMES)}) < 0, false) then {_DURATION} end"
"""A part of -1 means that no target answered, so it took no known time; a word stays as it is."""

PATTERN = LinePattern(
    parts=(
        ("the kind of connection", r"^(?:https?|h2|grpcs|wss?) "),
        ("the time", r"(\S+) "),
        ("the load balancer", r"(\S+) "),
        ("the client with its port", r"(\S+):\d+ "),
        ("the target", r"(\S+) "),
        ("the three times", r"(\S+) (\S+) (\S+) "),
        ("the status", r"(\S+) "),
        ("the status of the target", r"(\S+) "),
        ("the bytes", r"(\d+|-) (\d+|-) "),
        ("the request in quotes", r'"(\S+) (?:[a-z]+://[^/ "]*)?([^ "]*)[^"]*" '),
        ("the user agent in quotes", rf'"({QUOTED})"'),
    ),
    groups=(
        *("timestamp", "elb", "client", "target", "asked", "worked", "answered"),
        *("status", "target_status", "received", "sent", "method", "path", "agent"),
    ),
    columns=(
        ("timestamp", "p.timestamp"),
        ("elb", "p.elb"),
        ("client", "p.client"),
        ("target", "nullif(p.target, '-')"),
        ("method", "nullif(p.method, '-')"),
        ("path", "p.path"),
        ("status", "p.status"),
        ("target_status", "nullif(p.target_status, '-')"),
        ("bytes", "nullif(p.sent, '-')"),
        ("user_agent", "nullif(p.agent, '-')"),
        ("duration_s", _DURATION),
    ),
)


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether most of its lines are requests."""
    return PATTERN.share_of(head) > 0.5


def read(reading: Reading) -> RawRecords:
    """A request a line; it took the sum of its three times."""
    return read_lines(reading, PATTERN)


FORMAT = Format("alb-log", "an access log of an AWS load balancer", claims, read)
