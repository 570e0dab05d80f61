"""What the makers of samples share: files written the same way every time, and plain statistics."""

import csv
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

KEYS = Path("jupyter-keys")


def write_csv(slug: str, file: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A CSV file in the samples of a KEY; without `columns` it has no header."""
    with _path(slug, file).open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target, lineterminator="\n")
        if columns:
            writer.writerow(columns)
        writer.writerows(rows)


def write_text(slug: str, file: str, text: str) -> None:
    """A text file in the samples of a KEY."""
    _path(slug, file).write_text(text, "utf-8", newline="\n")


def write_case(slug: str, case: str, **fields: Any) -> None:
    """The case `<case>.expected.json`: inputs, parameters, outputs, data_from, data_to, refused."""
    text = json.dumps(fields, indent=2, default=_plain, ensure_ascii=False) + "\n"
    _path(slug, f"{case}.expected.json").write_text(text, "utf-8")


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Mapping[str, Any]:
    """How a published table is expected: these columns of these first rows."""
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def quantile(values: Iterable[Decimal], share: Decimal) -> Decimal | None:
    """The interpolated quantile, exact; None of nothing."""
    ranked = sorted(values)
    if not ranked:
        return None
    place = share * (len(ranked) - 1)
    low, high = ranked[math.floor(place)], ranked[math.ceil(place)]
    return low + (high - low) * (place - math.floor(place))


def onset(outcomes: Iterable[tuple[datetime, bool]]) -> datetime | None:
    """The failing minute after which the excess over the mean failure rate is greatest."""
    minutes: dict[datetime, list[int]] = {}
    for at, failed in outcomes:
        minute = minutes.setdefault(at.replace(second=0, microsecond=0), [0, 0])
        minute[0] += 1
        minute[1] += failed
    total, failures = (sum(minute[place] for minute in minutes.values()) for place in (0, 1))
    first = min((at for at, minute in minutes.items() if minute[1]), default=None)
    excess = lowest = highest = 0
    began = first
    for at in sorted(minutes):
        if began is None and minutes[at][1]:
            began = at
        excess += minutes[at][1] * total - failures * minutes[at][0]
        if excess < lowest:
            lowest, began = excess, None
        highest = max(highest, excess)
    if (highest - lowest) ** 2 > 4 * total * failures * (total - failures):
        return began
    return first if failures * 20 >= total else None


def _path(slug: str, file: str) -> Path:
    folder = KEYS / slug / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / file


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
