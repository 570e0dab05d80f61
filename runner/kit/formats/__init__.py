"""How files are written: a module for each format, and the catalogue that recognises them.

May import `runner.kit` and `runner.model`. The catalogue and the `claims` of every format need no
engine, so that a file is recognised before a kernel starts.
"""
