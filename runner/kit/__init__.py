"""What a notebook imports: `from runner import kit`. May import `runner.model` only.

    key = kit.open_key("jupyter-webhook-event-analysis")
    key.load("webhook_log", webhook_log)
    key.publish(**key.row("select count(*) as events from webhook_log"))

Importing it is light: DuckDB and IPython are loaded when they are needed.
"""

from runner.kit.actors import SIGNS
from runner.kit.change_points import change_points, recovered_at
from runner.kit.charts import bars, heat, histogram, lines, warm_up
from runner.kit.daily_amounts import forecast, odd_days
from runner.kit.endings import failure_counts
from runner.kit.findings import counted
from runner.kit.key import Key, open_key
from runner.kit.latency import latency_findings
from runner.kit.level_history import level_history
from runner.kit.moments import moment, table_time
from runner.kit.pairing import counterparts
from runner.kit.quoting import literal
from runner.kit.refusal import InputRefused, KitMisuse
from runner.kit.server_entries import TROUBLE as SERVER_TROUBLE
from runner.model.values import Undefined as undefined

__all__ = [
    "SERVER_TROUBLE",
    "SIGNS",
    "InputRefused",
    "Key",
    "KitMisuse",
    "bars",
    "change_points",
    "counted",
    "counterparts",
    "failure_counts",
    "forecast",
    "heat",
    "histogram",
    "latency_findings",
    "level_history",
    "lines",
    "literal",
    "moment",
    "odd_days",
    "open_key",
    "recovered_at",
    "table_time",
    "undefined",
    "warm_up",
]
