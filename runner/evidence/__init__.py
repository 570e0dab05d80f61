"""What is kept of a run: the journal, the store, the manifest and the index.

Imports the model only; it does not know how KEYs are executed.
"""
