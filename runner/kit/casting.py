"""From the text of a cell to a typed value, in SQL. What does not fit is null, never a guess.

integer: digits with a sign, `200.0` too · number: a plain decimal with or without exponent; neither
`1,234.5` nor `95%` nor `NaN` · flag: true/false, yes/no, t/f, y/n, 1/0 · timestamp: ISO 8601 with
or without offset, seconds (10 digits) or milliseconds (13 digits) since 1970; `22/11/2026` is null.
"""

from runner.kit.quoting import literal

ENGINE_TYPES = (
    ("text", "VARCHAR"),
    ("integer", "BIGINT"),
    ("number", "DECIMAL(38, 9)"),
    ("flag", "BOOLEAN"),
    ("timestamp", "TIMESTAMP"),
)


def engine_type(column_type: str) -> str:
    """The SQL type in which a column of that contract type is loaded."""
    return dict(ENGINE_TYPES)[column_type]


def typed(column_type: str, text: str, zone: str) -> str:
    """The SQL expression of the typed value of `text`, an SQL expression of a trimmed text.

    Timestamps come out in UTC; those without an offset are read as local times of `zone`.
    """
    if column_type == "integer":
        return f"case when regexp_full_match({text}, '[+-]?\\d+(\\.0*)?') {_cast(text, 'BIGINT')}"
    if column_type == "number":
        return f"case when not contains({text}, '_') {_cast(text, 'DECIMAL(38, 9)')}"
    if column_type == "flag":
        return (
            f"case when lower({text}) in ('true', 'yes', 't', 'y', '1') then true "
            f"when lower({text}) in ('false', 'no', 'f', 'n', '0') then false end"
        )
    if column_type == "timestamp":
        return _timestamp(text, zone)
    return text


def _cast(text: str, engine: str) -> str:
    return f"then try_cast({text} as {engine}) end"


_OFFSET = r"^\d{4}-\d\d-\d\d[T ].*\d ?([+-]\d\d(:?\d\d){0,2}|UTC|GMT|[A-Z]\w+/[\w/]+)$"
"""`CST` and its like have several meanings, one of which the engine would choose."""


def _timestamp(text: str, zone: str) -> str:
    """A cast to TIMESTAMP drops an offset, so only texts that end in Z or have none go there."""
    local = f"try_cast({text} as timestamp)"
    if zone != "UTC":
        local = f"timezone('UTC', timezone({literal(zone)}, {local}))"
    iso = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?"
    return (
        f"case when {text}[-1] = 'Z' and {text}[5] = '-' then try_cast({text} as timestamp) "
        f"when regexp_full_match({text}, '{iso}') then {local} "
        f"when regexp_full_match({text}, '\\d{{10}}(\\.\\d+)?') "
        f"then make_timestamp(round(try_cast({text} as double) * 1000000)::bigint) "
        f"when regexp_full_match({text}, '\\d{{13}}') "
        f"then make_timestamp(try_cast({text} as bigint) * 1000) "
        f"when regexp_matches({text}, '{_OFFSET}') "
        f"then timezone('UTC', try_cast({text} as timestamptz)) end"
    )
