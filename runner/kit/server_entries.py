"""What an entry of a PostgreSQL log tells: its kind, by SQLSTATE where there is one."""

KINDS = (
    ("resource", "53100 53200", r"No space left on device|^out of memory"),
    ("crash", "", r"was terminated by signal|database system was interrupted"),
    ("wraparound", "", r"must be vacuumed within|wraparound"),
    ("deadlock", "40P01", r"^deadlock detected"),
    ("lock wait", "", r"^process \d+ still waiting for"),
    ("refused", "53300", r"too many clients|remaining connection slots|too many connections"),
    ("failed login", "28000 28P01", r"authentication failed"),
    ("cancelled", "57014", r"^canceling statement due to"),
    ("temporary file", "", r"^temporary file:"),
    ("checkpoint", "", r"^checkpoint starting:"),
    ("vacuum", "", r"^automatic (aggressive )?vacuum of table"),
)
"""Kind, its SQLSTATEs, and the words of its message; the first that fits."""

SERVER_TROUBLE = (
    ("crash", "crashes", "The server crashed", "core files and the kernel log"),
    ("resource", "resource_failures", "Out of memory or disk", "free space, work_mem"),
    ("wraparound", "wraparound_warnings", "Wraparound is near", "vacuum the table named"),
    ("refused", "refused_connections", "Connections were refused", "pool sizes, idle sessions"),
    ("deadlock", "deadlocks", "Transactions deadlocked", "lock_report: order of updates"),
    ("lock wait", "lock_waits", "Statements waited for locks", "lock_report: who holds them"),
    ("temporary file", "temp_files", "Sorts spilled to disk", "temp_file_report, work_mem"),
    ("cancelled", "cancelled_statements", "Statements were cancelled", "error_report"),
)
"""Kinds that are trouble, the worst first: what counts them, what they are, what to look at."""


def server_entry_macro() -> str:
    """SQL that makes the macro `kit_server_entry(sql_state, message)`: a kind, or null."""
    cases = []
    for kind, states, words in KINDS:
        known = ", ".join(f"'{state}'" for state in states.split())
        by_state = f"coalesce(sql_state in ({known}), false) or " if known else ""
        cases.append(f"when {by_state}regexp_matches(message, '{words}') then '{kind}'")
    return (
        "create or replace temp macro kit_server_entry(sql_state, message) as "
        f"case {' '.join(cases)} end"
    )
