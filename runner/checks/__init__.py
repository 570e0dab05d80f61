"""What can be said against a runbook before it is needed: one pure function for each lint rule.

Imports the model, the conditions, the document and the interpreter's view of a runbook.
"""
