# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""Statements of a table by their fingerprint: each distinct mask is fingerprinted once."""

from typing import Any

from runner.kit.fingerprints import Dialect, fingerprint, mask
from runner.kit.quoting import identifier


def add_fingerprints(con: Any, source: str, name: str) -> int:
    """Make the view `name`: the rows of `source` with the column `fingerprint`; gives their number.

    `source` has the columns `statement`, `dialect` (mysql, or anything else for PostgreSQL) and
    `query_id`, the server's own id, by which statements are grouped where there is one.
    """
    masked, shapes = identifier(f"kit_masked_{name}"), identifier(f"kit_shapes_{name}")
    con.execute(
        f"create or replace temp table {masked} as select *, case "
        "when query_id is not null then 'id ' || query_id "
        f"when dialect = 'mysql' then {mask('statement', Dialect.MYSQL)} "
        f"else {mask('statement')} end as kit_mask from {identifier(source)}"
    )
    groups = con.execute(
        "select kit_mask, min(statement), coalesce(min(dialect), '') = 'mysql' "
        f"from {masked} group by kit_mask"
    ).fetchall()
    found = [
        fingerprint(text or "", Dialect.MYSQL if is_mysql else Dialect.POSTGRES)
        for _, text, is_mysql in groups
    ]
    con.execute(
        f"create or replace temp table {shapes} as "
        "select unnest($masks::varchar[]) as kit_mask, unnest($shapes::varchar[]) as fingerprint",
        {"masks": [group[0] for group in groups], "shapes": found},
    )
    con.execute(
        f"create or replace temp view {identifier(name)} as select one.* exclude (kit_mask), "
        f"fingerprint from {masked} one join {shapes} using (kit_mask)"
    )
    return len(set(found))
