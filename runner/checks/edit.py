"""An edit of a text."""

from runner.model.frozen import frozen
from runner.model.source import Span


@frozen
class Edit:
    """Text to put in the place of a span."""

    span: Span
    text: str
