"""How a job ended, whatever its queue calls it, and what kind of failure its error tells."""

ENDINGS = ("succeeded", "failed", "cancelled", "running", "waiting")
_WORDS = (
    ("succeeded", "^(success|succeeded|completed?|done|ok|passed|finished)$"),
    ("failed", "fail|error|dead|time_?d?_?out|killed|crash|exhaust|discard"),
    ("cancelled", "cancel|skip|abort"),
    ("running", "run|start|progress|process|active"),
    ("waiting", "queue|pend|wait|schedul|retry|new"),
)
FAILURES = (
    ("timeout", r"time[ds]?[ _-]?out|deadline exceeded"),
    ("rate limit", r"rate.?limit|too many requests|throttl|\b429\b"),
    ("resource", r"out of memory|\boom|sigkill|killed|no space left"),
    (
        "permission",
        r"permission|denied|forbidden|unauthori[sz]ed|expired token|credential|\b40[13]\b",
    ),
    (
        "connection",
        r"connect|refused|reset|dns|resolve|unreachable|unavailable|bad gateway|\b50[234]\b",
    ),
    (
        "data",
        r"invalid|validation|constraint|duplicate key|not found|pars(e|ing)|decod|malformed"
        r"|missing|\b4(00|04|09|22)\b",
    ),
    ("code", r"error|exception|panic|traceback|undefined|null"),
)
"""Kinds of failure and their words; the first that fits. The first three and `connection` pass by
themselves; `permission`, `data` and `code` must be mended."""
KINDS = ("timeout", "connection", "rate limit", "resource", "permission", "data", "code", "other")
"""Every kind, in the order in which they are told."""


def failure_counts(column: str) -> str:
    """SELECT expressions that count each kind in a column: `timeout_failures` and so on."""
    return ", ".join(
        f"count(*) filter ({column} = '{kind}') as {kind.replace(' ', '_')}_failures"
        for kind in KINDS
    )


def ending_macro() -> str:
    """SQL that makes the macro `kit_ending(status)`: one of ENDINGS, or null for unknown words."""
    said = "regexp_replace(lower(status), '[ -]', '_', 'g')"
    cases = " ".join(f"when regexp_matches({said}, '{words}') then '{e}'" for e, words in _WORDS)
    return f"create or replace temp macro kit_ending(status) as case {cases} end"


def failure_macro() -> str:
    """SQL that makes the macro `kit_failure(error)`: a kind of FAILURES, else `other`."""
    cases = " ".join(
        f"when regexp_matches(error, '{words}', 'i') then '{kind}'" for kind, words in FAILURES
    )
    return f"create or replace temp macro kit_failure(error) as case {cases} else 'other' end"


def passing_macro() -> str:
    """SQL that makes the macro `kit_passes(kind)`: whether a kind of failure passes by itself."""
    return (
        "create or replace temp macro kit_passes(kind) as "
        "kind in ('timeout', 'connection', 'rate limit', 'resource')"
    )
