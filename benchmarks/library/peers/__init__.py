"""What an engineer would write with the usual tools; each prints its answers as JSON."""
