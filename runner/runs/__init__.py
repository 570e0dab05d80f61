"""The loop that drives a run, and those who answer its questions.

Imports everything below it. One implementation serves terminal, schedule, rehearsal and replay.
"""
