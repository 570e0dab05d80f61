"""KEYs: the catalog, their inputs, and their execution by papermill.

Imports the model and the kernels; `papermill_engine.py` and the two
modules for papermill's own callers import papermill.
"""
