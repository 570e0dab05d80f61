"""The shipped KEYs against the usual tools: whole processes, one core, same answers."""
