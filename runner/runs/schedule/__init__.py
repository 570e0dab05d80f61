"""Runs at set times: entries of `runbook.toml`, what is due, and what became of it.

What is due is decided from the entry, its journal and a given instant; only the ledger, the
launcher and the watch touch disk, processes or the clock. Imports what the loop of a run imports.
"""
