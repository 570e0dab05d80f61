"""Kernel processes: launching, limits, and their certain end. Imports `runner.model` only."""
