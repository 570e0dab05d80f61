"""Markdown to `Runbook`. `markdown.py` is the only module that knows the Markdown library.

Imports `runner.model` and `runner.conditions`.
"""
