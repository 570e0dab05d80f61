"""Whole processes measured side by side with their peers; `make bench` runs all of it."""
