"""Names and values inside SQL text."""

from pathlib import Path


def identifier(name: str) -> str:
    """`name` as an SQL identifier, whatever characters it holds."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | Path) -> str:
    """`value` as an SQL string."""
    return "'" + str(value).replace("'", "''") + "'"
