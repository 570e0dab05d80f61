"""Access logs of AWS application load balancers."""

from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.line_pattern import QUOTED, LinePattern, read_lines
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

_TOOK = "try_cast(p.asked as decimal(18, 6)), try_cast(p.worked as decimal(18, 6)), "
_TOOK += "try_cast(p.answered as decimal(18, 6))"

PATTERN = LinePattern(
    pattern=(
        r"^(?:https?|h2|grpcs|wss?) (\S+) (\S+) (\S+):\d+ (\S+) (\S+) (\S+) (\S+) (\S+) (\S+) "
        rf'(\d+|-) (\d+|-) "(\S+) (?:[a-z]+://[^/ "]*)?([^ "]*)[^"]*" "({QUOTED})"'
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
        # a part of -1 means that the request got no answer from a target: it took no known time
        ("duration_s", f"case when least({_TOOK}) >= 0 then list_sum([{_TOOK}])::varchar end"),
    ),
)


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether most of its lines are requests."""
    return PATTERN.share_of(head) > 0.5


def read(reading: Reading) -> RawRecords:
    """A request a line; it took the sum of its three times."""
    return read_lines(reading, PATTERN)


FORMAT = Format("alb-log", "an access log of an AWS load balancer", claims, read)
