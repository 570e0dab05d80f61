"""The nouns: frozen values that every other room speaks of.

Imports the standard library only. Nothing here reads a file, a clock or the environment.
"""
