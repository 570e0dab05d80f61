"""What a notebook imports: `from runner import kit`. May import `runner.model` only.

    key = kit.open_key("jupyter-webhook-event-analysis")
    key.load("webhook_log", webhook_log)
    key.publish(**key.row("select count(*) as events from webhook_log"))

Importing it is light: DuckDB and IPython are loaded when they are needed.
"""

from runner.kit.charts import bars, heat, histogram, lines, warm_up
from runner.kit.key import Key, open_key
from runner.kit.moments import moment
from runner.kit.pairing import counterpart
from runner.kit.refusal import InputRefused, KitMisuse
from runner.model.values import Undefined as undefined

__all__ = [
    "InputRefused",
    "Key",
    "KitMisuse",
    "bars",
    "counterpart",
    "heat",
    "histogram",
    "lines",
    "moment",
    "open_key",
    "undefined",
    "warm_up",
]
