# ruff: noqa: S608 - every name and value in the SQL passes through `quoting`
"""What only the engine can read: Parquet, in which columns can be replaced, and zst."""

from collections.abc import Iterator
from hashlib import file_digest
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from runner.keys.column_tokens import ColumnRule, NotRedactable, Tokens
from runner.kit.quoting import identifier, literal
from runner.kit.readable_file import SourceFile, zst_lines
from runner.kit.refusal import InputRefused
from runner.model.redaction import RedactedStream, Redactor
from runner.model.results import Redaction
from runner.model.secret_patterns import all_marks

_ROWS = 10_000


def refuse_secrets(source: BinaryIO, kind: str, secrets: Redactor, tokens: Tokens) -> None:
    """Raise NotRedactable where a secret is found, or columns in zst are to be replaced.

    Columns that have a rule are not looked at.
    """
    with duckdb.connect(":memory:") as con:
        if kind == "zst":
            if tokens.rules:
                raise NotRedactable("it is zst, in which columns cannot be replaced")
            found = _in_zst(source, secrets, con)
        else:
            found = _in_parquet(source, secrets, tokens, con)
    if found:
        names = ", ".join(one.name for one in found)
        raise NotRedactable(f"it holds a secret ({names}), and is a {kind} file")


def with_tokens(source: BinaryIO, copy: BinaryIO, tokens: Tokens) -> tuple[int, str]:
    """Write the Parquet file with tokens; the size and the digest of what was written."""
    with duckdb.connect(":memory:") as con:
        table = _table(source)
        rules = [(name, tokens.column(name)) for name, _ in _columns(con, table)]
        shown = (
            f"{_token(name, tokens)} as {identifier(name)}" if rule else identifier(name)
            for name, rule in rules
        )
        select = f"select {', '.join(shown)} from {table}"
        how = "format parquet, compression zstd, use_tmp_file false"
        con.execute(f"copy ({select}) to {literal(_path(copy))} ({how})")
        for name, rule in rules:
            if rule is not None:
                _count(con, table, name, rule, tokens)
    copy.seek(0)
    digest = "sha256:" + file_digest(copy, "sha256").hexdigest()  # type: ignore[arg-type]
    return copy.seek(0, 2), digest


def _path(file: BinaryIO) -> Path:
    return Path(f"/proc/self/fd/{file.fileno()}")


def _table(source: BinaryIO) -> str:
    return f"read_parquet({literal(_path(source))})"


def _columns(con: Any, table: str) -> list[tuple[str, str]]:
    try:
        rows = con.execute(f"describe select * from {table}").fetchall()
    except duckdb.Error as error:
        raise NotRedactable(f"its Parquet data are broken: {error!s:.200}") from None
    return [(row[0], row[1]) for row in rows]


def _token(name: str, tokens: Tokens) -> str:
    text = f"trim({identifier(name)}::varchar, ' \t\r\n')"
    key = literal(tokens.key.decode("ascii"))
    made = f"'redacted-' || left(sha256({key} || {text}), 16)"
    return f"case when {text} is null or {text} = '' then {text} else {made} end"


def _count(con: Any, table: str, name: str, rule: ColumnRule, tokens: Tokens) -> None:
    text = f"trim({identifier(name)}::varchar, ' \t\r\n')"
    replaced = con.execute(f"select count(nullif({text}, '')) from {table}").fetchall()[0][0]
    if replaced:
        tokens.counts[rule.name] = tokens.counts.get(rule.name, 0) + replaced


def _in_zst(source: BinaryIO, secrets: Redactor, con: Any) -> tuple[Redaction, ...]:
    file = SourceFile("input", _path(source), Path(), 0)
    stream = RedactedStream(secrets)
    try:
        for chunk in zst_lines(file, con):
            stream.feed(chunk)
    except InputRefused as refused:
        raise NotRedactable(str(refused.happened)) from None
    stream.finish()
    return secrets.redactions


def _in_parquet(
    source: BinaryIO, secrets: Redactor, tokens: Tokens, con: Any
) -> tuple[Redaction, ...]:
    table = _table(source)
    columns = _columns(con, table)
    secrets.text("\n".join(name for name, _ in columns))
    texts = [name for name, type_ in columns if _holds_text(type_) and not tokens.column(name)]
    for name in texts:
        for cell in _suspicious(con, table, f"{identifier(name)}::varchar", secrets):
            secrets.text(cell)
    return secrets.redactions


def _holds_text(type_: str) -> bool:
    return any(one in type_ for one in ("VARCHAR", "JSON", "BLOB"))


def _suspicious(con: Any, table: str, cell: str, secrets: Redactor) -> Iterator[str]:
    """The cells that hold a mark; all of them where secrets are declared."""
    marks = " or ".join(
        f"contains(lower({cell}), {literal(mark.decode())})" for mark in all_marks()
    )
    where = "" if secrets.has_declared else f"where {marks}"
    rows = con.execute(f"select {cell} from {table} {where}")
    while found := rows.fetchmany(_ROWS):
        yield from (text for (text,) in found if text)
