"""The version of the runner, as the journal records it."""

VERSION = "0.1.0"
