# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Access logs of which each line has the same usual cells: read by the engine's splitter.

It takes a fifth of the time of a pattern. The first line that is out of the usual ends it, and then
the pattern has to read the whole file; so both give the same records.
"""

import csv
from contextlib import suppress
from pathlib import Path

from runner.kit.formats.format import Reading
from runner.kit.places import Layout
from runner.kit.quoting import identifier, literal
from runner.kit.readable_file import CHUNK, LINE_LIMITS
from runner.kit.records import RawRecords

_WIDTHS = (8, 10, 11)
"""The common form, the combined one, and that with the time taken at the end."""
_METHODS = "('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH')"
_AT = "try_strptime(c3, '[%d/%b/%Y:%H:%M:%S')"
_AHEAD = "(c4[2:3]::int * 60 + c4[4:5]::int) * if(c4[1] = '-', -1, 1)"
_UTC = f"case when c4 = '+0000]' then {_AT} else {_AT} - to_minutes({_AHEAD}) end"
_MONTHS = "('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')"
_FITS = (
    "strlen(c3) = 21",
    f"c3[5:7] in {_MONTHS}",
    f"{_AT} is not null",
    "(c4 = '+0000]' or regexp_full_match(c4, '[+-]\\d\\d[0-5]\\d\\]'))",
    "regexp_full_match(c6, '\\d\\d\\d')",
    "(c7 = '-' or regexp_full_match(c7, '\\d+'))",
    "least(c0, c1, c2) > '!'",
)
_TOOK_FITS = "regexp_full_match(c10, '\\d+\\.\\d+|\\d+|-')"
_REQUEST = "regexp_extract(c5, '^([A-Z]+) ([^ ]+)', ['method', 'path'])"
_KNOWN = f"split_part(c5, ' ', 1) in {_METHODS}"
_COLUMNS = (
    ("client", "c0"),
    ("user", "nullif(c2, '-')"),
    ("method", f"case when {_KNOWN} then split_part(c5, ' ', 1) else ({_REQUEST}).method end"),
    ("path", f"case when {_KNOWN} then split_part(c5, ' ', 2) else ({_REQUEST}).path end"),
    ("status", "c6"),
    ("bytes", "nullif(c7, '-')"),
    ("referer", "nullif(c8, '-')"),
    ("user_agent", "nullif(c9, '-')"),
    ("request_time_s", "case when contains(c10, '.') then c10 end"),
)


def read_cells(reading: Reading) -> RawRecords | None:
    """All requests, or None where a line has not the cells of the first one, or no usual ones."""
    width, con = _width(reading.path), reading.con
    if width not in _WIDTHS or reading.typing is None:
        return None
    columns = _COLUMNS[: {8: -3, 10: -1, 11: None}[width]]
    names = {f"c{place}": name for place, name in enumerate(("timestamp", *dict(columns)))}
    made = [_unless_odd(width), *(sql for _, sql in columns)]
    select = ", ".join(f"{sql} as c{place}" for place, sql in enumerate(made))
    raw = RawRecords(names, typed=(("c0", "TIMESTAMP"),), layout=Layout(), is_loaded=True)
    statement = reading.typing(raw, f"select {select} from {_cells(reading.path, width)}")
    try:
        con.execute(statement)
    except Exception:
        return None
    target = identifier(f"kit_loaded_{reading.declared.name}")
    [(count,)] = con.execute(f"select count(*) from {target}").fetchall()
    return raw if count == _lines(reading.path) else None


def _unless_odd(width: int) -> str:
    """SQL for the time, which raises an error for a line that is out of the usual."""
    fits = " and ".join((*_FITS, _TOOK_FITS) if width == max(_WIDTHS) else _FITS)
    return f"case when {fits} then {_UTC} else error(coalesce(c3, '')) end"


def _cells(path: Path, width: int) -> str:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    return (
        f"read_csv({literal(path)}, columns = {{{columns}}}, delim = ' ', quote = '\"', "
        f"escape = '', nullstr = '\x01', header = false, auto_detect = false, {LINE_LIMITS})"
    )


def _width(path: Path) -> int:
    with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
        line = file.readline(1 << 16)
    with suppress(csv.Error):
        return len(next(csv.reader([line.rstrip("\r\n")], delimiter=" ", quotechar='"'), []))
    return 0


def _lines(path: Path) -> int:
    """The lines of the file; a quoted cell that goes over several makes them more than records."""
    count, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            count, last = count + chunk.count(b"\n"), chunk[-1:]
    return count + (last != b"\n")
