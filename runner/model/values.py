"""Values that KEYs publish and runbooks speak of: quantities with a dimension, states, tables."""

from datetime import datetime
from decimal import Decimal
from enum import Enum

from runner.model.frozen import frozen


class OutputType(Enum):
    """The types that a contract may give to an output."""

    RATIO = "ratio"
    PERCENT = "percent"
    COUNT = "count"
    DURATION = "duration"
    BYTES = "bytes"
    MONEY = "money"
    NUMBER = "number"
    FLAG = "flag"
    ENUM = "enum"
    TEXT = "text"
    TIMESTAMP = "timestamp"
    TABLE = "table"
    CHART = "chart"


NUMERIC = (
    OutputType.RATIO,
    OutputType.PERCENT,
    OutputType.COUNT,
    OutputType.DURATION,
    OutputType.BYTES,
    OutputType.MONEY,
    OutputType.NUMBER,
)
"""The types whose values are numbers."""


class Dimension(Enum):
    """What a quantity measures. Quantities of two dimensions cannot be compared."""

    SHARE = "share"
    NUMBER = "number"
    TIME = "time"
    BYTES = "bytes"
    MONEY = "money"
    RATE = "rate"


@frozen
class Quantity:
    """An exact number in the base unit of its dimension.

    Base units: SHARE 0 to 1, TIME seconds, BYTES bytes, RATE per week (so that no unit needs a
    division), MONEY the unit of `currency`. `written` is the unit as the author wrote it.
    """

    magnitude: Decimal
    dimension: Dimension
    written: str = ""
    currency: str = ""


@frozen
class Undefined:
    """No value, and why: an empty set has no success rate, NaN is not a number."""

    why: str


@frozen
class Table:
    """A published table: all rows are in `file` (relative to the run folder), the first ones here.

    Cells are shown as text; `row_count` counts all rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_count: int
    file: str = ""


@frozen
class Chart:
    """A published chart: an SVG file relative to the run folder, and what it shows in words."""

    file: str
    caption: str


Value = Decimal | bool | str | datetime | Table | Chart | Undefined
