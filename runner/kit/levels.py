"""How bad a log line is, whatever the program calls it."""

LEVELS = ("trace", "debug", "info", "notice", "warning", "error", "fatal")
_WORDS = (
    ("fatal", ("fatal", "critical", "crit", "emerg", "emergency", "panic", "alert", "f")),
    ("error", ("error", "err", "severe", "e")),
    ("warning", ("warning", "warn", "w")),
    ("notice", ("notice",)),
    ("info", ("info", "information", "log", "i")),
    ("debug", ("debug", "fine", "d")),
    ("trace", ("trace", "finest", "verbose", "t")),
)


def level_macro() -> str:
    """SQL that makes the macro `kit_level(text)`: one of LEVELS, or null for an unknown word.

    Numbers are those of pino and bunyan (10 to 60) and of OpenTelemetry (1 to 24); others are null.
    """
    words = " ".join(
        f"when lower(word) in ({', '.join(repr(word) for word in known)}) then '{level}'"
        for level, known in _WORDS
    )
    pino = " ".join(
        f"when word = '{number}' then '{level}'"
        for number, level in zip(
            range(30, 70, 10), ("info", "warning", "error", "fatal"), strict=True
        )
    )
    otel = (
        "when try_cast(word as integer) between 1 and 24 then "
        "['trace', 'debug', 'info', 'warning', 'error', 'fatal']"
        "[(try_cast(word as integer) - 1) // 4 + 1]"
    )
    return f"create or replace temp macro kit_level(word) as case {words} {pino} {otel} end"


def severity_macro() -> str:
    """SQL that makes the macro `kit_severity(level, status)`: one of LEVELS, or null.

    A record without a known level is an error where its HTTP status is 500 or more.
    """
    return (
        "create or replace temp macro kit_severity(level, status) as coalesce(kit_level(level), "
        "case when status >= 500 then 'error' when status is not null then 'info' end)"
    )
