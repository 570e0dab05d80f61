"""What a reader of the notebook sees: a table, a chart, and scraps for the wider Jupyter world."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from typing import Any

from runner.model.results import OutputValue
from runner.model.values import Chart, Table, Undefined, Value

SCRAP = "application/scrapbook.scrap.json+json"


def show(bundle: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
    """Display a MIME bundle in the running notebook; without one, print its text."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        shell.display_pub.publish(data=bundle, metadata=metadata or {})
    elif bundle.get("text/plain"):
        print(bundle["text/plain"])


def show_scrap(output: OutputValue) -> None:
    """Display a value as a scrapbook scrap, which has no visible form."""
    scrap = {"name": output.name, "data": scrap_of(output.value), "encoder": "json", "version": 1}
    tag = {"name": output.name, "data": True, "display": False}
    show({SCRAP: scrap}, {"scrapbook": tag})


def scrap_of(value: Value) -> Any:
    """The JSON form that scrapbook readers expect: numbers as numbers, no value as null."""
    if isinstance(value, Undefined):
        return None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Table):
        rows = [list(row) for row in value.rows]
        return {"columns": list(value.columns), "rows": rows, "row_count": value.row_count}
    if isinstance(value, Chart):
        return {"file": value.file, "caption": value.caption}
    return value.isoformat() if isinstance(value, datetime) else value


def show_rows(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], caption: str) -> None:
    """Display rows of text as a table, with a line of text above it."""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    html = f"<p>{escape(caption)}</p>{table}"
    show({"text/html": html, "text/plain": _plain_table(columns, rows, caption)})


def cell_text(value: Any) -> str:
    """A cell as a person reads it; times in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return utc.isoformat(" ", "seconds" if not utc.microsecond else "milliseconds")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)


def _plain_table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], caption: str) -> str:
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    made = [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in (columns, *rows)
    ]
    return "\n".join([caption, *(line.rstrip() for line in made)])
