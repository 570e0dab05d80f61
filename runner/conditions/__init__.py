"""The language behind "If": grammar, names, evaluation with three values.

Imports `runner.model` only.
"""
