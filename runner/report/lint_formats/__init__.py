"""What lint found, as text: one module for each format, one function for each, all pure.

Imports the model and its neighbours in `runner.report`.
"""
