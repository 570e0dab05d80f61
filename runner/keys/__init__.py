"""KEYs: the catalog, their inputs, and their execution by papermill.

Imports the model and the kernels; `papermill_engine.py` is the only
module that imports papermill.
"""
