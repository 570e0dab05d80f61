"""The process that keeps kernels warm and hosts runs, opt-in.

`client` is what a command imports before anything else: standard library only. The resident itself
has one thread, so that what it forks is clean; it knows nothing of the command line, which gives it
what is to be done in a forked process.
"""
