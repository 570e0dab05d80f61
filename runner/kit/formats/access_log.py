"""Access logs of Apache and nginx, common and combined, perhaps with the time taken at the end."""

from runner.kit.formats.access_cells import read_cells
from runner.kit.formats.format import Format, Head, Reading
from runner.kit.formats.line_pattern import QUOTED, LinePattern, clf_time, read_lines
from runner.kit.records import RawRecords
from runner.model.contract import DeclaredInput

PATTERN = LinePattern(
    parts=(
        ("the client", r"^(\S+) "),
        ("the identity", r"\S+ "),
        ("the user", r"(\S+) "),
        ("the time in brackets", r"\[([^\]]+)\] "),
        ("the request in quotes", rf'"(?:([A-Z]+) ([^ "]+)[^"]*|{QUOTED})" '),
        ("the status", r"(\d\d\d) "),
        ("the bytes", r"(\d+|-)"),
        ("the referer", rf'(?: "({QUOTED})" "({QUOTED})")?(?: "?(\d+\.\d+)"?)?'),
    ),
    groups=(
        *("client", "user", "timestamp", "method", "path", "status", "bytes"),
        *("referer", "agent", "took"),
    ),
    columns=(
        ("timestamp", clf_time("p.timestamp")),
        ("client", "p.client"),
        ("user", "nullif(p.user, '-')"),
        ("method", "p.method"),
        ("path", "p.path"),
        ("status", "p.status"),
        ("bytes", "nullif(p.bytes, '-')"),
        ("referer", "nullif(p.referer, '-')"),
        ("user_agent", "nullif(p.agent, '-')"),
        ("request_time_s", "p.took"),
    ),
)


def claims(head: Head, declared: DeclaredInput) -> bool:
    """Whether most of its lines are requests."""
    return PATTERN.share_of(head) > 0.5


def read(reading: Reading) -> RawRecords:
    """A request a line. A number without decimals at the end is of no known unit, and left out."""
    return read_cells(reading) or read_lines(reading, PATTERN)


FORMAT = Format("access-log", "an access log of Apache or nginx", claims, read)
