"""What a run does next: a pure function of the runbook and of what happened so far.

Imports `runner.model`, `runner.conditions` and `runner.document`; never reads a clock, a file or
the environment.
"""
