"""A schedule for the scheduler that a team has already: systemd, cron, Kubernetes, GitHub.

Pure: entries and a setting to the texts of files. Each calls `runbook schedule run --once NAME`,
so times, missed runs and overlaps are decided in one place, whoever gives the signal.
"""
