"""Events to text, JSON, Markdown and HTML. Everything here can be rebuilt from a run's evidence.

`story.tell` makes one value of a run; each view shows that value. Imports the model, the
conditions, the document and the interpreter; reads and writes nothing by itself.
"""
