"""The rules as data, by theme: what each finds, why it matters, an example and its mend.

Imports `runner.checks.rule` and the model.
"""
