"""Events to text, JSON and HTML. Everything here can be rebuilt from the evidence of a run.

Imports the model and the interpreter; writes nothing by itself.
"""
