# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # State verification
#
# Answers: is the state as expected, which invariants are violated and by what, and which records
# deviate? The actual state is an export of any columns. It is compared with an expected state, where
# one is given, and every invariant is tried on every row. Columns whose values are all numbers, times
# or true/false are read as such.

# %% tags=["parameters"]
actual_state = "samples/replayed-actual.csv"
expected_state = None
timezone = "UTC"
key_columns = "id"
invariants = ""
column_mapping = ""
ignored_columns = ""
number_tolerance = 0
time_tolerance_seconds = 0
time_column = ""

# %%
from runner import kit

key = kit.open_key("jupyter-state-verification")
key.load("actual_state", actual_state, timezone=timezone, time=time_column)
key.typed("actual_state", "state", timezone)
if expected_state:
    key.load("expected_state", expected_state, timezone=timezone)

# %% [markdown]
# ## Is each thing there once?
#
# The actual state against itself finds keys that occur several times, and rows without a key.

# %%
own = key.reconcile("state", "state", keys=kit.counterparts(key_columns, column_mapping))
duplicates, without_key = own.ambiguous_keys, own.left.without_key

# %% [markdown]
# ## Which invariants are violated?
#
# A row violates an invariant when its condition is false. Where the condition is null, since a value
# is missing, there is no answer: that is neither a violation nor a proof.

# %%
judged = key.judge("state", invariants)
violations = sum(one.violations for one in judged)
undecided = sum(one.undecided for one in judged)
worst = max(judged, key=lambda one: one.violations, default=None)
worst_name = worst.invariant.name if worst and worst.violations else None

# %% [markdown]
# ## Which records deviate from the expected state?

# %%
found = expected_state and key.reconcile(
    "expected_state",
    "actual_state",
    timezone=timezone,
    keys=key_columns,
    mapped=column_mapping,
    ignored=ignored_columns,
    number_tolerance=number_tolerance,
    time_tolerance=time_tolerance_seconds,
)
deviations = found and found.only_left + found.only_right + found.mismatched
wrong = violations + (deviations or 0) + duplicates + without_key
is_open = undecided > 0 or own.left.rows == 0
verdict = "deviating" if wrong else "undecided" if is_open else "verified"

# %%
key.findings(
    *[
        (what, None, f"{count:,}", look)
        for what, count, look in (
            ("Invariants are violated", violations, "violation_report"),
            ("Invariants have no answer", undecided, "invariant_report: a value is missing"),
            ("Records are missing", found and found.only_left, "deviation_report"),
            ("Records are unexpected", found and found.only_right, "deviation_report"),
            ("Records are in a wrong state", found and found.mismatched, "deviations_by_column"),
            ("Keys are not unique", duplicates, "key_columns, or the export"),
            ("Records have no key", without_key, "the export"),
            ("There are no records", own.left.rows == 0 and 1, "the export"),
        )
        if count
    ]
)
key.publish(
    state=verdict,
    state_verified=None if verdict == "undecided" else verdict == "verified",
    records=own.left.rows,
    violations=violations,
    broken_invariants=sum(one.violations > 0 for one in judged) if judged else None,
    undecided_rows=undecided,
    worst_invariant=worst_name,
    deviations=deviations,
    missing_records=found and found.only_left,
    unexpected_records=found and found.only_right,
    differing_records=found and found.mismatched,
    duplicate_keys=duplicates,
    records_without_key=without_key,
    match_rate=found and found.match_rate,
)

# %%
results = key.sql("from invariant_results order by violations desc, invariant")
key.table("invariant_report", results)
key.table("violation_report", key.sql("from violations order by invariant, record"))
nothing = "" if found else " where false"
key.table("deviation_report", key.sql(f'from differences{nothing} order by key, "column"'))
key.table("deviations_by_column", key.sql(f"from columns_compared{nothing}"))
key.chart(
    "violations_chart",
    kit.bars(results.limit(15), "invariant", "violations"),
    caption="Rows that violate an invariant",
)
