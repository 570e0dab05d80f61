"""What a notebook imports: `from runner import kit`. May import `runner.model` only.

    key = kit.open_key("jupyter-webhook-event-analysis")
    key.load("webhook_log", webhook_log)
    key.publish(**key.row("select count(*) as events from webhook_log"))

Importing it is light: what it offers is loaded when it is used, DuckDB and IPython too.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.kit.actors import SIGNS
    from runner.kit.charts import bars, heat, histogram, lines
    from runner.kit.daily_amounts import forecast, odd_days
    from runner.kit.endings import failure_counts
    from runner.kit.findings import counted
    from runner.kit.key import Key, open_key
    from runner.kit.latency import latency_findings
    from runner.kit.levels_over_time import level_history
    from runner.kit.moments import moment, table_time
    from runner.kit.pairing import counterparts
    from runner.kit.partition import change_points, recovered_at
    from runner.kit.quoting import literal
    from runner.kit.refusal import InputRefused, KitMisuse
    from runner.kit.server_entries import SERVER_TROUBLE
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
]
_PLACES = {
    "actors": ("SIGNS",),
    "charts": ("bars", "heat", "histogram", "lines"),
    "daily_amounts": ("forecast", "odd_days"),
    "endings": ("failure_counts",),
    "findings": ("counted",),
    "key": ("Key", "open_key"),
    "latency": ("latency_findings",),
    "levels_over_time": ("level_history",),
    "moments": ("moment", "table_time"),
    "pairing": ("counterparts",),
    "partition": ("change_points", "recovered_at"),
    "quoting": ("literal",),
    "refusal": ("InputRefused", "KitMisuse"),
    "server_entries": ("SERVER_TROUBLE",),
}
"""The module of each name, which is imported when it is first used."""


def load_all() -> None:
    """Import what notebooks use, for a process from which kernels are forked."""
    for name in __all__:
        globals()[name] = __getattr__(name)


def __getattr__(name: str) -> Any:
    if name == "undefined":
        from runner.model.values import Undefined

        return Undefined
    for module, names in _PLACES.items():
        if name in names:
            return getattr(import_module(f"runner.kit.{module}"), name)
    raise AttributeError(f"the kit has no {name}")
